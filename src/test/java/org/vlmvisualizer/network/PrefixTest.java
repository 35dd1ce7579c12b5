package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;

/**
 * A second question about the same pictures is answered as by a network of its own, to the bit: of
 * all families, in all precisions, whatever was recorded before.
 */
class PrefixTest {
  private static final TraceRequest REFERENCE =
      Inputs.withLogits(
          AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE)
              .request()
              .withPromptRows(true));
  private static final TraceRequest LANGUAGE =
      Inputs.withLogits(
          AttributionMethods.of("language", AttentionOptions.REFERENCE)
              .request()
              .withPromptRows(true));

  static Stream<Arguments> familiesAndPrecisions() {
    return FamilyGoldenTest.NAMES.stream()
        .flatMap(
            name ->
                Stream.of(Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8, Precision.INT4)
                    .map(precision -> Arguments.of(name, precision)));
  }

  /** A family's golden checkpoint in two networks: one that is asked again, one that forgets. */
  private static final class Twice implements AutoCloseable {
    final Model model;
    final LlavaNetwork network;
    final LlavaNetwork fresh;
    final Golden golden;
    final ModelInput input;

    Twice(String name, Precision precision) {
      golden = new Golden("families/" + name);
      model = Model.open(Checkpoint.open(golden.checkpoint()));
      network = CpuNetwork.load(model.config(), model.weights(), precision);
      fresh = CpuNetwork.load(model.config(), model.weights(), precision);
      input = FamilyInput.of(golden, model);
    }

    TokenSequence prompt(String question) {
      return prompt(question, golden.json.get("system").getAsBoolean());
    }

    TokenSequence prompt(String question, boolean keepSystem) {
      return model
          .encoder()
          .encode(
              model.template(golden.json.get("template").getAsString()),
              input.texts(),
              question,
              keepSystem);
    }

    /** What the network that keeps pictures says, after a comparison with the other. */
    Reuse ask(TokenSequence prompt, int length, TraceRequest request) {
      Trace found = ask(network, input, prompt, length, request);
      fresh.forgetPictures();
      Trace expected = ask(fresh, input, prompt, length, request);
      assertEquals(0, expected.reuse().promptTokens());
      assertFalse(expected.reuse().tower());
      assertSame(expected, found);
      return found.reuse();
    }

    private Trace ask(
        LlavaNetwork asked, ModelInput about, TokenSequence prompt, int n, TraceRequest request) {
      return asked
          .session(about, prompt)
          .generate(n, model.generation(), model.encoder()::text, request, Progress.NONE);
    }

    @Override
    public void close() {
      network.close();
      fresh.close();
      model.close();
    }
  }

  private static void assertSame(Trace expected, Trace found) {
    assertEquals(expected.tokens(), found.tokens());
    for (int t = 0; t < expected.tokens().size(); t++) {
      assertRows(expected.rows() == null ? null : expected.rows()[t], rows(found, t), "row " + t);
    }
    assertRows(expected.promptRows(), found.promptRows(), "prompt rows");
    assertRows(expected.vision(), found.vision(), "vision");
    assertRows(expected.logits(), found.logits(), "logits");
    if (expected.kept() != null) {
      assertRows(expected.kept().image(), found.kept().image(), "kept");
      assertRows(expected.kept().rest(), found.kept().rest(), "kept sums");
    }
  }

  private static float[][] rows(Trace trace, int t) {
    return trace.rows() == null ? null : trace.rows()[t];
  }

  private static void assertRows(float[][] expected, float[][] found, String what) {
    assertEquals(expected == null, found == null, what);
    for (int i = 0; expected != null && i < expected.length; i++) {
      assertArrayEquals(expected[i], found[i], what);
    }
  }

  private static void assertAll(TokenSequence prompt, Reuse reuse) {
    assertEquals(new Reuse(Prefix.end(prompt), true, ""), reuse);
  }

  @ParameterizedTest
  @MethodSource("familiesAndPrecisions")
  void aSecondQuestionIsAnsweredAsByANetworkOfItsOwn(String name, Precision precision) {
    try (Twice twice = new Twice(name, precision)) {
      TokenSequence first = twice.prompt("What is it?");
      TokenSequence second = twice.prompt("a b c and which words are there in the picture?");
      assertTrue(Prefix.end(first) > first.imagePositions().length / 2);
      assertEquals(
          new Reuse(0, false, "no question was asked before"), twice.ask(first, 5, REFERENCE));
      assertAll(second, twice.ask(second, 9, REFERENCE));
      assertAll(first, twice.ask(first, 2, LANGUAGE));
      assertAll(second, twice.ask(second, 3, TraceRequest.NOTHING));
      assertAll(first, twice.ask(first, 4, REFERENCE));
    }
  }

  private static TraceRequest request(
      VisionLayers vision, IndexRange layers, boolean keepFirst, boolean promptRows, Keep keep) {
    return new TraceRequest(vision, layers, IndexRange.ALL, keepFirst, promptRows, keep, true);
  }

  @Test
  void attentionThatWasNotRecordedIsComputedAnew() {
    try (Twice twice = new Twice("next-mistral", Precision.FLOAT32)) {
      TokenSequence prompt = twice.prompt("What is it?");
      int all = Prefix.end(prompt);
      String tower = "the vision tower's attention was not recorded so far";
      String rows = "attention within the prompt was not recorded of these layers and heads";
      twice.ask(prompt, 3, TraceRequest.NOTHING);
      IndexRange layers = IndexRange.ALL;
      assertEquals(
          new Reuse(all, false, tower),
          twice.ask(prompt, 3, request(VisionLayers.ALL, layers, false, false, Keep.NOTHING)));
      assertEquals(
          new Reuse(0, true, rows),
          twice.ask(prompt, 3, request(VisionLayers.ALL, layers, false, true, Keep.LAYERS)));
      assertEquals(
          new Reuse(all, false, tower),
          twice.ask(prompt, 3, request(VisionLayers.SELECTED, layers, false, true, Keep.HEADS)));
      assertEquals(
          new Reuse(0, true, rows),
          twice.ask(prompt, 3, request(VisionLayers.NONE, layers, true, true, Keep.NOTHING)));
      assertEquals(
          new Reuse(0, true, rows),
          twice.ask(
              prompt,
              3,
              request(VisionLayers.SELECTED, new IndexRange(1, 1), true, true, Keep.NOTHING)));
      assertAll(
          prompt,
          twice.ask(
              prompt,
              3,
              request(VisionLayers.SELECTED, new IndexRange(0, 0), true, false, Keep.HEADS)));
      assertAll(
          prompt,
          twice.ask(
              prompt,
              3,
              request(VisionLayers.SELECTED, new IndexRange(1, 1), true, true, Keep.NOTHING)));
    }
  }

  @Test
  void anotherPromptAheadOfThePictureIsReadAnewAndThePictureIsNot() {
    try (Twice twice = new Twice("next-vicuna", Precision.BFLOAT16)) {
      twice.ask(twice.prompt("What is it?", false), 3, REFERENCE);
      assertEquals(
          new Reuse(0, true, "the text up to the end of the picture is another"),
          twice.ask(twice.prompt("What is it?", true), 3, REFERENCE));
    }
  }

  @Test
  void anotherPictureReplacesTheFirstUnlessItIsAskedAside() {
    try (Twice twice = new Twice("next-mistral", Precision.BFLOAT16)) {
      TokenSequence prompt = twice.prompt("What is it?");
      ModelInput other = changed(twice.input);
      Trace expected = twice.ask(twice.fresh, other, prompt, 3, REFERENCE);
      twice.ask(prompt, 3, REFERENCE);
      long kept = twice.network.pictureBytes();
      assertTrue(kept > 0);

      Trace aside =
          twice
              .network
              .sessionAside(other, prompt)
              .generate(
                  3,
                  twice.model.generation(),
                  twice.model.encoder()::text,
                  REFERENCE,
                  Progress.NONE);
      assertSame(expected, aside);
      assertEquals(kept, twice.network.pictureBytes());
      assertAll(prompt, twice.ask(prompt, 3, REFERENCE));

      Trace instead = twice.ask(twice.network, other, prompt, 3, REFERENCE);
      assertSame(expected, instead);
      assertEquals(
          new Reuse(0, false, "the last question was about other pictures, or saw them otherwise"),
          instead.reuse());
      assertEquals(0, twice.ask(prompt, 3, REFERENCE).promptTokens());
    }
  }

  /** One value of the last crop by the smallest step. */
  private static ModelInput changed(ModelInput input) {
    List<Crop> crops = new ArrayList<>(input.crops());
    float[] last = crops.get(crops.size() - 1).values().clone();
    last[last.length - 1] = Math.nextUp(last[last.length - 1]);
    crops.set(crops.size() - 1, crops.get(crops.size() - 1).with(last));
    return new ModelInput(crops, input.layout(), input.texts());
  }

  /** Of a run that was cancelled, what was done is kept; of one that failed, nothing. */
  @Test
  void aRunThatEndsEarlyLeavesWhatItHasReadOrNothing() {
    try (Twice twice = new Twice("next-mistral", Precision.FLOAT32)) {
      TokenSequence prompt = twice.prompt("What is it?");
      for (String stage : List.of("Reading the prompt", "Reading the question", "Writing")) {
        end(twice, prompt, stage, new CancellationException());
        boolean read = !stage.equals("Reading the prompt");
        Reuse reuse = twice.ask(prompt, 3, REFERENCE);
        assertTrue(reuse.tower());
        assertEquals(read ? Prefix.end(prompt) : 0, reuse.promptTokens());
        twice.network.forgetPictures();
      }
      end(twice, prompt, "Reading the question", new EngineException("Out of luck"));
      assertEquals(0, twice.network.pictureBytes());
      assertEquals(new Reuse(0, false, "the last run failed"), twice.ask(prompt, 3, REFERENCE));
    }
  }

  private static void end(Twice twice, TokenSequence prompt, String stage, RuntimeException how) {
    Progress ending =
        (what, done, total) -> {
          if (what.startsWith(stage) && done == 1) {
            throw how;
          }
        };
    assertThrows(
        how.getClass(),
        () ->
            twice
                .network
                .session(twice.input, prompt)
                .generate(
                    3, twice.model.generation(), twice.model.encoder()::text, REFERENCE, ending));
  }

  @Test
  void aLongAnswerLeavesNoMoreThanTheShortOne() {
    try (Twice twice = new Twice("next-mistral", Precision.FLOAT32)) {
      TokenSequence prompt = twice.prompt("What is it?");
      int most = twice.model.config().decoder().maxPositionEmbeddings();
      twice.ask(prompt, most - prompt.length(), REFERENCE);
      long kept = twice.network.pictureBytes();
      twice.network.forgetPictures();
      assertEquals(0, twice.network.pictureBytes());
      twice.ask(prompt, most / 2, REFERENCE);
      assertEquals(kept, twice.network.pictureBytes());
    }
  }

  @Test
  void whatIsKeptCountsAsFree() {
    RunMemory need = new RunMemory(10, Long.MAX_VALUE / 4, 0, 0, 0);
    assertThrows(InputException.class, () -> need.require(true, 0));
    need.require(true, Long.MAX_VALUE / 4);
  }
}
