package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.prompt.PromptEncoder;

/**
 * What stands in the small files beside the weights is obeyed as transformers obeys it: figures of
 * src/test/python/make_settings_goldens.py.
 */
class SettingsGoldenTest {
  private static final JsonObject GOLDEN = golden();

  @TempDir Path folder;

  private static JsonObject golden() {
    try {
      String text = Files.readString(Golden.ROOT.resolve("settings.json"));
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> names() {
    return GOLDEN.getAsJsonArray("cases").asList().stream()
        .map(c -> c.getAsJsonObject().get("name").getAsString())
        .toList();
  }

  static Stream<Arguments> cases() {
    return Devices.each(names());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTransformers(String device, String name) {
    Checkpoint checkpoint = Checkpoint.open(copy(name));
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    ModelInput pixels =
        family
            .pictures(checkpoint, PictureOptions.of(Fit.PAD))
            .process(List.of(picture()), Progress.NONE);
    try (PromptEncoder encoder = family.encoder(checkpoint, config);
        LlavaNetwork network =
            Devices.load(device, config, family.weights(checkpoint, config), Precision.FLOAT32)) {
      TokenSequence prompt =
          encoder.encode(
              family.template(checkpoint),
              Golden.texts(family, checkpoint),
              GOLDEN.get("question").getAsString(),
              false);
      Trace trace =
          network
              .session(pixels, prompt)
              .generate(
                  GOLDEN.get("tokens").getAsInt(),
                  family.generation(checkpoint),
                  encoder::text,
                  TraceRequest.NOTHING,
                  Progress.NONE);

      double[] expectedPixels = expected(name, "pixels");
      int step = GOLDEN.get("step").getAsInt();
      for (int i = 0; i < expectedPixels.length; i++) {
        assertEquals((float) expectedPixels[i], pixels.crops().get(0).values()[i * step]);
      }
      assertArrayEquals(ints(expected(name, "promptIds")), prompt.inputIds());
      assertArrayEquals(
          ints(expected(name, "generatedIds")),
          trace.tokens().stream().mapToInt(GeneratedToken::id).toArray());
      assertArrayEquals(
          expected(name, "probabilities"),
          trace.tokens().stream().mapToDouble(GeneratedToken::probability).toArray(),
          Devices.tolerance(device));
    }
  }

  private static JsonObject named(String name) {
    return GOLDEN.getAsJsonArray("cases").get(names().indexOf(name)).getAsJsonObject();
  }

  /** Those of a case; where there are none, of the plain one. */
  private static double[] expected(String name, String key) {
    JsonElement own = named(name).get(key);
    JsonArray values = (own.isJsonNull() ? named("plain").get(key) : own).getAsJsonArray();
    return values.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }

  private static int[] ints(double[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  private static RgbPicture picture() {
    var image = IJ.openImage(Golden.ROOT.resolve("llama-crop-eos/picture.png").toString());
    int[] colours = (int[]) image.getProcessor().getPixels();
    byte[] rgb = new byte[3 * colours.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (colours[i / 3] >> (16 - 8 * (i % 3)));
    }
    return new RgbPicture(image.getWidth(), image.getHeight(), rgb);
  }

  /** The checkpoint with the changes of a case: null removes a file or a key. */
  private Path copy(String name) {
    CheckpointCopy copy = CheckpointCopy.of("llama-mha", folder);
    JsonObject changes = named(name).getAsJsonObject("changes");
    for (String file : changes.keySet()) {
      if (changes.get(file).isJsonNull()) {
        copy.delete(file);
      } else {
        copy.edit(file, json -> change(json, changes.getAsJsonObject(file)));
      }
    }
    return copy.folder;
  }

  private static void change(JsonObject json, JsonObject changes) {
    for (String path : changes.keySet()) {
      int dot = path.indexOf('.');
      JsonObject at = dot < 0 ? json : json.getAsJsonObject(path.substring(0, dot));
      String key = path.substring(dot + 1);
      at.remove(key);
      if (!changes.get(path).isJsonNull()) {
        at.add(key, changes.get(path));
      }
    }
  }
}
