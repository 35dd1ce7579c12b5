package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Span.Kind;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.json.StrictJson;
import org.vlmvisualizer.prompt.SentencePieceTokenizer.TokenizerJson;

/** Where the tokens of one or several pictures lie in a prompt. */
class PromptEncoderTest {
  private static final String QUESTION = "What is in the image?";
  private static int image;
  private static PromptEncoder encoder;

  @BeforeAll
  static void open() throws IOException {
    Golden golden = new Golden("llama-mha");
    image = golden.ints("input_ids")[golden.json.get("imageTokenStart").getAsInt()];
    byte[] json = Files.readAllBytes(golden.checkpoint().resolve("tokenizer.json"));
    encoder = new PromptEncoder(StrictJson.object(json), 1 << 20, image, image);
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  private static TokenSequence encode(String... pictures) {
    return encoder.encode(PromptTemplate.VICUNA_V1, List.of(pictures), QUESTION, true);
  }

  private static List<Kind> kinds(TokenSequence prompt) {
    return prompt.spans().stream().map(Span::kind).toList();
  }

  @Test
  void imageTokensOfOnePictureAreOneRun() {
    TokenSequence prompt = encode("<image>".repeat(3));
    assertEquals(
        List.of(Kind.PROMPT, Kind.SYSTEM, Kind.PROMPT, Kind.IMAGE, Kind.PROMPT), kinds(prompt));
    int[] run = prompt.imagePositions();
    assertArrayEquals(IntStream.range(run[0], run[0] + 3).toArray(), run);
    assertTrue(prompt.text().endsWith("USER: <image>\n" + QUESTION + " ASSISTANT:"), prompt.text());
  }

  /** Line breaks at its end, which may be one token with those behind them, are the prompt's. */
  @Test
  void markersWithinAPictureAreNoPartOfTheQuestion() {
    TokenSequence prompt = encode("(1)<image><image>\n(2)<image><image>\n", "<image>");
    assertEquals(
        List.of(
            Kind.PROMPT,
            Kind.SYSTEM,
            Kind.PROMPT,
            Kind.MARKER,
            Kind.IMAGE,
            Kind.MARKER,
            Kind.IMAGE,
            Kind.PROMPT,
            Kind.IMAGE,
            Kind.PROMPT),
        kinds(prompt));
    int[] places = prompt.imagePositions();
    assertEquals(5, places.length);
    int[] ids = prompt.inputIds();
    assertArrayEquals(
        places, IntStream.range(0, ids.length).filter(i -> ids[i] == image).toArray());
    assertTrue(
        prompt.text().contains("USER: (1)<image>\n(2)<image>\n\n<image>\nWhat"), prompt.text());
  }

  /** Pieces before, between and behind are tokenised apart, BOS comes once. */
  @Test
  void splicesSeveralPictures() {
    Path folder = Golden.ROOT.resolve("sentencepiece/legacy");
    TokenizerJson json =
        SentencePieceTokenizer.tokenizerJson(
            name -> Files.exists(folder.resolve(name)),
            name -> TestFiles.read(folder.resolve(name)));
    try (PromptEncoder spliced = PromptEncoder.spliced(json, 392, -200)) {
      TokenSequence prompt =
          spliced.encode(
              PromptTemplate.VICUNA_V1,
              Collections.nCopies(2, "<image><image>"),
              "the cell",
              false);
      List<Integer> pieces = new java.util.ArrayList<>();
      spliced.tokens("USER: ").forEach(token -> pieces.add(token.id()));
      for (String behind : new String[] {"\n", "\nthe cell ASSISTANT:"}) {
        pieces.addAll(List.of(-200, -200));
        spliced.tokens(behind).stream().skip(1).forEach(token -> pieces.add(token.id()));
      }
      assertEquals(pieces, IntStream.of(prompt.inputIds()).boxed().toList());
      assertEquals(4, prompt.imagePositions().length);
    }
  }

  @Test
  void refusesMoreImageTokensThanAnyModelTakes() {
    List<String> many = Collections.nCopies(200_000, "<image>");
    InputException refused =
        assertThrows(
            InputException.class,
            () -> encoder.encode(PromptTemplate.VICUNA_V1, many, QUESTION, false));
    assertTrue(refused.getMessage().contains("found 200000"), refused.getMessage());
  }

  @Test
  void refusesAnImageTokenInTheQuestion() {
    InputException refused =
        assertThrows(
            InputException.class,
            () ->
                encoder.encode(
                    PromptTemplate.VICUNA_V1, List.of("<image>"), "Where is <image>?", false));
    assertTrue(refused.getMessage().contains("without <image>"), refused.getMessage());
  }

  @Test
  void earlierAnswersAreAPartOfThePrompt() {
    TokenSequence prompt = conversation("It is an apple.");
    assertEquals(List.of(Kind.PROMPT, Kind.IMAGE, Kind.PROMPT), kinds(prompt));
    assertTrue(
        prompt.text().endsWith("ASSISTANT: It is an apple. USER: " + QUESTION + " ASSISTANT:"),
        prompt.text());
    InputException refused =
        assertThrows(InputException.class, () -> conversation("It is an <image>."));
    assertTrue(refused.getMessage().contains("an earlier answer"), refused.getMessage());
  }

  private static TokenSequence conversation(String answer) {
    return encoder.encode(
        PromptTemplate.VICUNA_V1,
        List.of("<image>"),
        QUESTION,
        false,
        List.of(new Exchange("What is it?", answer)),
        "");
  }
}
