package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.family.Model;

/** A text that is given to a Thinking model as its answer: the prompt before it, and its tokens. */
class GivenThoughtsTest {
  private static final PromptTemplate TEMPLATE = PromptTemplate.QWEN3_VL_THINKING;
  private static final String QUESTION = "What is it?";

  @TempDir Path folder;
  private Model model;
  private List<String> pictures;

  @BeforeEach
  void open() {
    Checkpoint checkpoint = Checkpoint.open(ThinkingModel.copy(folder).folder);
    model = Model.open(checkpoint);
    pictures = Golden.texts(model.family(), checkpoint);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private TokenSequence prompt(String answer) {
    return model.encoder().encode(TEMPLATE, pictures, QUESTION, false, List.of(), answer);
  }

  private int[] ids(String answer) {
    return model.encoder().answer(TEMPLATE, pictures, QUESTION, false, List.of(), answer);
  }

  private String text(int... ids) {
    StringBuilder text = new StringBuilder();
    IntStream.of(ids).forEach(id -> text.append(model.encoder().text(id)));
    return text.toString();
  }

  /** However the empty thoughts are written. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "It is red.",
        " It is red.\n",
        "</think>It is red.",
        "\n\n</think>\n\nIt is red.",
        "<think>\n\n</think>\n\nIt is red."
      })
  void anAnswerWithoutThoughtsStandsBehindEmptyOnes(String answer) {
    TokenSequence prompt = prompt(answer);
    assertTrue(prompt.text().endsWith("assistant\n<think>\n\n</think>\n\n"), prompt.text());
    assertEquals(List.of("</think>"), prompt.tokens().stream().filter("</think>"::equals).toList());
    assertEquals(Kind.PROMPT, prompt.spans().get(prompt.spans().size() - 1).kind());
    assertEquals("It is red.", text(ids(answer)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'A dog? No.</think>It is red.' | 'A dog? No.\n</think>\n\nIt is red.'",
        "'<think>\nA dog? No.\n</think>\n\n It is red.\n' | 'A dog? No.\n</think>\n\nIt is red.'",
        "'A dog? No.\n</think>' | 'A dog? No.\n</think>'",
        "'A</think>B</think>C' | 'A\n</think>\n\nB</think>C'"
      })
  void thoughtsAreWrittenAsTheTemplateWritesThem(String given, String written) {
    String answer = given.replace("\\n", "\n");
    TokenSequence prompt = prompt(answer);
    assertTrue(prompt.text().endsWith("assistant\n<think>\n"), prompt.text());
    int[] ids = ids(answer);
    assertEquals(written.replace("\\n", "\n"), text(ids));
    assertTrue(IntStream.of(ids).anyMatch(id -> id == ThinkingModel.END));
    assertArrayEquals(
        prompt("").inputIds(), prompt.inputIds(), "as before an answer of the model's own");
  }

  /** Where prompt and answer meet, and within. */
  @Test
  void tokensAreThoseOfTheWholeText() {
    for (String answer : List.of("It is red.", "A dog? No.</think>It is red.", "3</think>3.5 µm")) {
      int[] asked = prompt(answer).inputIds();
      int[] ids = ids(answer);
      String whole =
          TEMPLATE.render(QUESTION, false, pictures, List.of(), answer).text()
              + TEMPLATE.written(answer);
      int[] all =
          model.encoder().tokens(whole).stream().mapToInt(PromptEncoder.Token::id).toArray();
      assertArrayEquals(asked, Arrays.copyOf(all, asked.length), answer);
      assertArrayEquals(ids, Arrays.copyOfRange(all, asked.length, all.length), answer);
    }
  }

  @Test
  void thoughtsWithoutAnEndAndNothingAtAllAreRefused() {
    String open = assertThrows(InputException.class, () -> ids("<think>\nA dog?")).getMessage();
    PlainSentence.check(open);
    assertTrue(open.contains("</think>"), open);
    for (String nothing : List.of(" ", "</think>", "<think>\n\n</think>\n\n")) {
      String empty = assertThrows(InputException.class, () -> ids(nothing)).getMessage();
      assertTrue(empty.startsWith("Expected an answer to make maps of, found an empty one"), empty);
    }
  }

  @Test
  void otherTemplatesTakeTheTextAsItIs() {
    String answer = "A dog?</think>It is red.";
    PromptTemplate plain = PromptTemplate.QWEN3_VL;
    assertEquals(
        answer, text(model.encoder().answer(plain, pictures, QUESTION, false, List.of(), answer)));
    assertArrayEquals(
        model.encoder().encode(plain, pictures, QUESTION, false).inputIds(),
        model.encoder().encode(plain, pictures, QUESTION, false, List.of(), answer).inputIds());
  }
}
