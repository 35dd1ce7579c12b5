package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.analysis.ModelProbe;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethod;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.attribution.OcclusionWindow;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Scores;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.image.PictureProcessor;

/** Every method against an independent implementation: src/test/python/attribution.py. */
class AttributionGoldenTest {
  private static final double PASSES = 1e-4;

  private static final List<String> NAMES =
      List.of(
          "llama-mha",
          "llama-gqa-sharded",
          "mistral-gqa-bfloat16",
          "llama-layers",
          "families/llava-siglip-qwen2",
          "families/llava-siglip-qwen3",
          "families/original-qwen2",
          "families/interleave-qwen2",
          "families/next-vicuna",
          "families/idefics3-tiles",
          "families/smolvlm-tiles",
          "families/idefics3-two",
          "families/internvl-two",
          "families/onevision-one",
          "families/onevision-two",
          "families/original-next-mistral",
          "families/qwen2-vl-two",
          "families/qwen2.5-vl-one",
          "families/qwen3-vl-tied",
          "families/gemma3-two",
          "families/gemma3-window",
          "families/phi3-v-two");

  static Stream<Arguments> cases() {
    return Devices.each(NAMES);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithPython(String device, String name) throws IOException {
    try (Asked asked = new Asked(device, name)) {
      asked.checkMethods(AttentionOptions.REFERENCE, "");
      asked.checkMethods(
          new AttentionOptions(IndexRange.ALL, IndexRange.ALL, true, VisionLayers.ALL), "_keep");
      asked.checkMethods(asked.some(), "_some");
      asked.checkWithoutSinks();
      asked.checkLikeliest();
      asked.checkEvidence();
      asked.checkFaithfulness();
      asked.checkOcclusion();
      asked.checkGradients();
    }
  }

  /** A golden's question, put to its model. */
  private static final class Asked implements AutoCloseable {
    private final Golden golden;
    private final JsonObject json;
    private final JsonObject run; // golden.json, beside it
    private final Model model;
    private final LlavaNetwork network;
    private final PictureProcessor processor;
    private final List<RgbPicture> pictures;
    private final ModelInput input;
    private final TokenSequence prompt;
    private final int[] answer;
    private final double tolerance;

    Asked(String device, String name) throws IOException {
      golden = Golden.of(name, "attribution");
      tolerance = Devices.tolerance(device);
      json = golden.json;
      model = Model.open(Checkpoint.open(golden.checkpoint()));
      network = Devices.load(device, model.config(), model.weights(), Precision.FLOAT32);
      run =
          JsonParser.parseString(Files.readString(golden.folder.resolve("golden.json")))
              .getAsJsonObject();
      processor = model.pictures(PictureOptions.of(Fit.PAD));
      pictures =
          run.has("pictures")
              ? run.getAsJsonArray("pictures").asList().stream()
                  .map(file -> FamilyInput.read(golden, file.getAsString()))
                  .toList()
              : List.of(FamilyInput.read(golden, "picture.png"));
      input = processor.process(pictures, Progress.NONE);
      prompt = prompt(json.get("question").getAsString());
      answer = new Gson().fromJson(json.get("answerIds"), int[].class);
      assertEquals(json.get("promptLength").getAsInt(), prompt.length());
    }

    private TokenSequence prompt(String question) {
      String template =
          run.has("template") && !run.get("template").isJsonNull()
              ? run.get("template").getAsString()
              : "auto";
      boolean system =
          run.get("system").isJsonPrimitive() && run.getAsJsonPrimitive("system").isBoolean()
              ? run.get("system").getAsBoolean()
              : !run.get("system").isJsonNull();
      return model.encoder().encode(model.template(template), input.texts(), question, system);
    }

    private ModelProbe probe(TraceRequest request) {
      return new ModelProbe(
          network,
          pictures,
          some -> processor.process(some, Progress.NONE),
          this::prompt,
          input,
          prompt,
          answer,
          request,
          Progress.NONE);
    }

    private Trace trace(TraceRequest request) {
      return network
          .session(input, prompt)
          .saying(answer)
          .generate(1, Generation.greedy(Set.of()), String::valueOf, request, Progress.NONE);
    }

    /** The later half of the layers, all heads but the first. */
    AttentionOptions some() {
      int[] layers = new Gson().fromJson(json.getAsJsonObject("some").get("layers"), int[].class);
      int[] heads = new Gson().fromJson(json.getAsJsonObject("some").get("heads"), int[].class);
      return new AttentionOptions(
          new IndexRange(layers[0], layers[layers.length - 1]),
          new IndexRange(heads[0], heads[heads.length - 1]),
          false,
          VisionLayers.ALL);
    }

    void checkMethods(AttentionOptions options, String suffix) {
      for (String name :
          List.of(
              "language",
              "localization-heads",
              "logit-attribution",
              "value-norm",
              "rollout",
              "relative",
              "tam")) {
        String tensor = name.replace('-', '_') + suffix;
        if (name.equals("tam") && suffix.isEmpty()) {
          tensor = "tam_predicting";
        }
        if (golden.has(tensor)) {
          AttributionMethod method = AttributionMethods.of(name, options);
          TraceRequest request = method.request();
          Trace trace = trace(request);
          assertArrayEquals(answer, trace.ids());
          float[][] found = method.attribute(trace, probe(request)).values();
          if (trace.headMaps() != null) {
            checkHeads(tensor, trace);
          }
          close(tensor, found, tolerance);
        }
      }
      if (golden.has("vlm_visualizer" + suffix)) {
        AttributionMethod method = AttributionMethods.of("vlm-visualizer", options);
        close(
            "vlm_visualizer" + suffix,
            cells(method.maps(trace(method.request()), null)),
            tolerance);
      }
    }

    private void checkHeads(String tensor, Trace trace) {
      int[][][] expected =
          new Gson().fromJson(json.getAsJsonObject("heads").get(tensor), int[][][].class);
      for (int t = 0; t < expected.length; t++) {
        int[][] found =
            Arrays.stream(trace.headMaps()[t].heads())
                .map(head -> new int[] {head.layer(), head.head()})
                .toArray(int[][]::new);
        assertArrayEquals(expected[t], found, "heads of token " + t);
      }
    }

    /** Lower thresholds, since such small models have no states that large. */
    void checkWithoutSinks() {
      JsonObject lower = json.getAsJsonArray("sinks").get(1).getAsJsonObject();
      int layers = model.config().decoder().numHiddenLayers();
      boolean[][] sinks =
          network.sinks(
              input,
              prompt,
              lower.get("threshold").getAsDouble(),
              lower.get("firstLayer").getAsInt());
      int[] expected = golden.unsignedBytes("sinks_lower");
      for (int i = 0; i < expected.length; i++) {
        int k = expected.length / layers;
        assertEquals(expected[i] == 1, sinks[i / k][i % k], "sink " + i);
      }
      AttributionMethod method =
          AttributionMethods.of("language", AttentionOptions.REFERENCE.with(Sinks.REMOVE));
      Trace trace = trace(method.request()).withSinks(sinks);
      close("language_without_sinks", method.attribute(trace).values(), tolerance);
    }

    void checkLikeliest() {
      Trace trace = trace(TraceRequest.NOTHING);
      int[] ids = golden.ints("likeliest");
      float[] probabilities = golden.floats("likeliest_probabilities");
      for (int t = 0; t < answer.length; t++) {
        List<Candidate> others = trace.tokens().get(t).others();
        int own = 0;
        for (int i = 0; i < 5; i++) {
          if (ids[5 * t + i] == answer[t]) {
            own++;
            continue;
          }
          assertEquals(ids[5 * t + i], others.get(i - own).id());
          assertEquals(probabilities[5 * t + i], others.get(i - own).probability(), tolerance);
        }
      }
    }

    void checkEvidence() {
      int[] colour = new Gson().fromJson(json.get("meanColour"), int[].class);
      assertArrayEquals(colour, processor.meanColour());
      ModelProbe probe = probe(TraceRequest.NOTHING);
      close("log_probabilities", narrow(probe.logProbabilities(pictures)), tolerance);
      float[] first = probe.withoutPictures(colour).logProbabilities();
      close("log_probabilities_mean_colour", first, tolerance);
      Scores again = probe.withoutPictures(colour);
      assertTrue(again.reuse().promptTokens() > 0, again.reuse().reason());
      assertArrayEquals(first, again.logProbabilities());
    }

    void checkFaithfulness() {
      AttributionMethod method = AttributionMethods.of("language", AttentionOptions.REFERENCE);
      List<TokenMaps> maps = method.maps(trace(method.request()), null);
      float[] only = new float[answer.length];
      float[] without = new float[answer.length];
      for (int t = 0; t < answer.length; t++) {
        MapCheck check = Faithfulness.of(maps, t, probe(method.request()));
        only[t] = (float) check.only();
        without[t] = (float) check.without();
      }
      close("probabilities_only", only, PASSES);
      close("probabilities_without", without, PASSES);
    }

    void checkOcclusion() {
      occlusion("occlusion", "2", "occlusion_pixels");
      occlusion("token-occlusion", "2", "occlusion_tokens");
      occlusion("token-occlusion", "1", "occlusion_tokens_single");
      occlusion("token-occlusion", "3/1", "occlusion_tokens_overlapping");
    }

    private void occlusion(String name, String window, String tensor) {
      AttentionOptions options =
          new AttentionOptions(
              IndexRange.ALL,
              IndexRange.ALL,
              false,
              VisionLayers.ALL,
              Sinks.KEEP,
              OcclusionWindow.parse(window),
              List.of());
      AttributionMethod method = AttributionMethods.of(name, options);
      close(tensor, cells(method.maps(trace(method.request()), probe(method.request()))), PASSES);
    }

    void checkGradients() {
      AttributionMethod method =
          AttributionMethods.of("integrated-gradients", AttentionOptions.REFERENCE);
      close(
          "integrated_gradients",
          method.attribute(trace(method.request()), probe(method.request())).values(),
          PASSES);
    }

    private static float[] cells(List<TokenMaps> maps) {
      float[][] rows = new float[maps.get(0).size() * maps.size()][];
      for (int t = 0; t < maps.get(0).size(); t++) {
        for (int f = 0; f < maps.size(); f++) {
          rows[t * maps.size() + f] = maps.get(f).values(t);
        }
      }
      return Golden.flatten(rows);
    }

    private void close(String tensor, float[][] found, double bar) {
      int[] skipped =
          json.getAsJsonObject("skipped").has(tensor)
              ? new Gson().fromJson(json.getAsJsonObject("skipped").get(tensor), int[].class)
              : new int[0];
      float[] expected = golden.floats(tensor);
      for (int t : skipped) {
        System.arraycopy(expected, t * found[t].length, found[t], 0, found[t].length);
      }
      close(tensor, Golden.flatten(found), bar);
    }

    private void close(String tensor, float[] found, double bar) {
      double difference = Golden.relativeDifference(golden.floats(tensor), found);
      assertTrue(difference <= bar, tensor + " differs by " + difference);
    }

    private static float[] narrow(double[] values) {
      float[] narrow = new float[values.length];
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = (float) values[i];
      }
      return narrow;
    }

    @Override
    public void close() {
      network.close();
      model.close();
    }
  }
}
