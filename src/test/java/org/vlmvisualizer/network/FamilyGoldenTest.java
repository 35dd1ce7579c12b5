package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vlmvisualizer.Golden.flatten;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttentionRows;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;

/**
 * Every family against Python, stage by stage: pixel values, places of image tokens, prompt,
 * features, attention, answer and maps. Ids are equal; pixels equal where Pillow resizes and within
 * 2 of 255 where torchvision does; attention, shares and maps within 1e-5; features and logits,
 * which have no scale of their own, within 1e-5 of their largest value; on a GPU, where there is
 * one, 1e-4 in the place of 1e-5.
 */
class FamilyGoldenTest {
  static final List<String> NAMES =
      List.of(
          "llava-siglip-qwen2",
          "llava-siglip-qwen3",
          "llava-siglip-llama3",
          "llava-clip-qwen3",
          "llava-siglip-linear-rope",
          "interleave-qwen2",
          "llava-siglip-numbers",
          "next-vicuna",
          "next-mistral",
          "next-qwen2",
          "next-llama3",
          "next-yi",
          "idefics3-tiles",
          "idefics3-two",
          "smolvlm-tiles",
          "smolvlm-one-view",
          "smolvlm-two",
          "smolvlm-numbers",
          "onevision-one",
          "onevision-resized",
          "onevision-resized-wide",
          "onevision-two",
          "onevision-video",
          "next-video-frames",
          "next-video-mistral",
          "next-video-picture",
          "original-next-mistral",
          "original-next-vicuna",
          "original-qwen2",
          "qwen-vl-one",
          "qwen-vl-two",
          "qwen-vl-heads",
          "qwen-vl-numbers",
          "qwen2-vl-one",
          "qwen2-vl-two",
          "qwen2-vl-limits",
          "qwen2-vl-video",
          "qwen2-vl-small",
          "qwen2.5-vl-one",
          "qwen2.5-vl-even",
          "qwen2.5-vl-two",
          "qwen2.5-vl-video",
          "qwen3-vl-one",
          "qwen3-vl-two",
          "qwen3-vl-video",
          "qwen3-vl-tied",
          "internvl-one",
          "internvl-two",
          "internvl-ratio",
          "internvl-norm",
          "internvl-video",
          "gemma3-one",
          "gemma3-two",
          "gemma3-odd",
          "gemma3-published",
          "gemma3-window",
          "phi3-v-one",
          "phi3-v-portrait",
          "phi3-v-two",
          "phi3-v-long",
          "phi3-v-numbers");

  static Stream<Arguments> cases() {
    return Devices.each(NAMES);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithPython(String device, String name) {
    Golden golden = Devices.golden(device, "families/" + name);
    try (Model model = Model.open(Checkpoint.open(golden.checkpoint()));
        LlavaNetwork network =
            Devices.load(device, model.config(), model.weights(), Precision.FLOAT32)) {
      ModelInput input = FamilyInput.of(golden, model);
      TokenSequence prompt = prompt(golden, model, input);
      checkPositions(golden, model, input, prompt);
      Session session = network.session(input, prompt);
      checkFeatures(golden, model, Features.of(network, input).image());

      Trace trace = answer(golden, model, session);
      golden.closeToScale("logits", flatten(trace.logits()));
      checkRows(golden, trace);
      checkShares(golden, trace);
      checkGathered(golden, trace.layout());
      checkMaps(golden, "vlm-visualizer", "map", trace);
      checkMaps(golden, "language", "map_language", trace);
    }
  }

  /** Of decoders with several axes: time, row and column of each token, and where text goes on. */
  private static void checkPositions(
      Golden golden, Model model, ModelInput input, TokenSequence prompt) {
    if (golden.has("position_ids")) {
      Positions found = Session.placed(model.config(), input, prompt).positions();
      int n = prompt.length();
      int[] all = golden.ints("position_ids");
      assertArrayEquals(Arrays.copyOfRange(all, 0, n), found.time());
      assertArrayEquals(Arrays.copyOfRange(all, n, 2 * n), found.row());
      assertArrayEquals(Arrays.copyOfRange(all, 2 * n, 3 * n), found.column());
      assertEquals(n + golden.json.get("ropeDelta").getAsInt(), found.next());
    }
  }

  /** Of the image tokens, and of what the tower has for the decoder's first layers. */
  private static void checkFeatures(Golden golden, Model model, float[] found) {
    int width = model.config().decoder().hiddenSize();
    int taps =
        model.config().connector() instanceof ConnectorConfig.Merger merger ? merger.taps() : 0;
    for (int part = 0; part <= taps; part++) {
      float[] own = new float[found.length / (1 + taps)];
      for (int i = 0; i < own.length; i++) {
        own[i] = found[(i / width * (1 + taps) + part) * width + i % width];
      }
      golden.closeToScale(part == 0 ? "features" : "deepstack_" + (part - 1), own);
    }
  }

  private static TokenSequence prompt(Golden golden, Model model, ModelInput input) {
    TokenSequence prompt = FamilyInput.prompt(golden, model, input);
    assertArrayEquals(golden.ints("input_ids"), prompt.inputIds());
    assertArrayEquals(golden.ints("image_positions"), prompt.imagePositions());
    assertArrayEquals(
        golden.ints("marker_positions"), markers(prompt, input.layout()), "newlines and markers");
    return prompt;
  }

  /** What belongs to a picture but has no place in it. */
  private static int[] markers(TokenSequence prompt, Layout layout) {
    boolean[] marker = new boolean[prompt.length()];
    for (Span span : prompt.spans()) {
      for (int i = span.start(); i < span.end(); i++) {
        marker[i] = span.kind() == Span.Kind.MARKER;
      }
    }
    int[] positions = prompt.imagePositions();
    for (int k = 0; k < positions.length; k++) {
      marker[positions[k]] = !layout.hasPlace(k);
    }
    return IntStream.range(0, marker.length).filter(i -> marker[i]).toArray();
  }

  private static Trace answer(Golden golden, Model model, Session session) {
    Trace trace =
        session.generate(
            golden.json.get("maxNewTokens").getAsInt(),
            model.generation(),
            model.encoder()::text,
            Inputs.withLogits(
                AttributionMethods.of("vlm-visualizer", AttentionOptions.REFERENCE).request()),
            Progress.NONE);
    int[] ids = trace.tokens().stream().mapToInt(GeneratedToken::id).toArray();
    assertArrayEquals(golden.ints("generated_ids"), ids);
    assertEquals(
        golden.json.get("generatedText").getAsString().strip(), model.encoder().decode(ids));
    return trace;
  }

  /** Every layer's row of every token: [T, L, N + T]. */
  private static void checkRows(Golden golden, Trace trace) {
    int[] shape = golden.shape("attention_rows");
    float[] found = new float[shape[0] * shape[1] * shape[2]];
    for (int t = 0; t < shape[0]; t++) {
      for (int l = 0; l < shape[1]; l++) {
        float[] row = trace.rows()[t][l];
        System.arraycopy(row, 0, found, (t * shape[1] + l) * shape[2], row.length);
      }
    }
    golden.close("attention_rows", found);
  }

  private static void checkShares(Golden golden, Trace trace) {
    List<AttentionShares> shares = AttentionRows.of(trace, false).shares(trace, 0);
    float[] found = new float[4 * shares.size()];
    for (int t = 0; t < shares.size(); t++) {
      AttentionShares s = shares.get(t);
      found[4 * t] = (float) s.image();
      found[4 * t + 1] = (float) s.marker();
      found[4 * t + 2] = (float) s.prompt();
      found[4 * t + 3] = (float) s.generated();
    }
    golden.close("shares", found);
  }

  /** Of learned queries, what each looked at. */
  private static void checkGathered(Golden golden, Layout layout) {
    assertEquals(golden.has("gathered"), layout.gathered() != null);
    if (layout.gathered() != null) {
      golden.close("gathered", flatten(layout.gathered().attention()));
    }
  }

  /** A token's maps on all display grids, one after another. */
  private static void checkMaps(Golden golden, String method, String tensor, Trace trace) {
    List<TokenMaps> frames =
        AttributionMethods.of(method, AttentionOptions.REFERENCE).maps(trace, null);
    float[][] maps = new float[trace.tokens().size()][];
    for (int t = 0; t < maps.length; t++) {
      int token = t;
      maps[t] = flatten(frames.stream().map(f -> f.values(token)).toArray(float[][]::new));
    }
    golden.close(tensor, flatten(maps));
  }
}
