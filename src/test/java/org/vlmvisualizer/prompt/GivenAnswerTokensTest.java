package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.family.Model;

/**
 * A given answer becomes the tokens that the model reads of an answer of its own, in the next turn
 * of a conversation: where prompt and answer meet, and within.
 */
class GivenAnswerTokensTest {
  private static final List<String> ANSWERS =
      List.of("Two cells, red and green.", "3.5 µm", "a", "Yes");
  private static final String QUESTION = "What is it?";

  /** Their conversations have other white space before earlier answers, or no thoughts. */
  private static final Set<PromptTemplate> OTHERWISE =
      EnumSet.of(
          PromptTemplate.INTERLEAVE, PromptTemplate.ONEVISION, PromptTemplate.QWEN3_VL_THINKING);

  static Stream<String> checkpoints() {
    return Stream.concat(
        Stream.of("llama-mha", "mistral-gqa-bfloat16", "llama-tied-system"),
        Stream.of(
                "interleave-qwen2",
                "next-llama3",
                "next-mistral",
                "next-vicuna",
                "next-yi",
                "onevision-one",
                "smolvlm-tiles",
                "idefics3-tiles",
                "llava-siglip-qwen3",
                "phi3-v-one")
            .map(name -> "families/" + name));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void areThoseOfAConversation(String name) {
    Checkpoint checkpoint = Checkpoint.open(Golden.ROOT.resolve(name + "/checkpoint"));
    try (Model model = Model.open(checkpoint)) {
      PromptEncoder encoder = model.encoder();
      List<String> pictures =
          model
              .pictures(PictureOptions.of(Fit.PAD))
              .process(List.of(new RgbPicture(8, 8, new byte[192])), Progress.NONE)
              .texts();
      for (PromptTemplate template : PromptTemplate.values()) {
        int[] prompt = encoder.encode(template, pictures, QUESTION, false).inputIds();
        for (String answer : ANSWERS) {
          String what = template + ", " + answer;
          int[] ids = encoder.answer(template, pictures, QUESTION, false, List.of(), answer);
          int[] next =
              encoder
                  .encode(
                      template,
                      pictures,
                      "And?",
                      false,
                      List.of(new Exchange(QUESTION, answer)),
                      "")
                  .inputIds();
          int start = prompt.length;
          assertEquals(answer, encoder.decode(ids), what);
          assertFalse(encoder.text(ids[0]).contains("\n"), what);
          if (!OTHERWISE.contains(template)) {
            assertArrayEquals(prompt, Arrays.copyOf(next, start), what);
            assertArrayEquals(ids, Arrays.copyOfRange(next, start, start + ids.length), what);
          }
        }
      }
    }
  }
}
