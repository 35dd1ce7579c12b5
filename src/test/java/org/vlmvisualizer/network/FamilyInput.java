package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.image.PictureProcessor;

/** A family golden's pictures as the model's processor brings them, checked against Python. */
final class FamilyInput {
  private FamilyInput() {}

  /** With Python's own pixel values, so that what comes next is compared by itself. */
  static ModelInput of(Golden golden, Model model) {
    PictureProcessor processor = model.pictures(PictureOptions.of(Fit.PAD));
    List<RgbPicture> pictures =
        golden.json.getAsJsonArray("pictures").asList().stream()
            .map(file -> read(golden, file.getAsString()))
            .toList();
    boolean video = golden.json.get("video").getAsBoolean();
    ModelInput input =
        video
            ? processor.processVideo(pictures, Progress.NONE)
            : processor.process(pictures, Progress.NONE);
    checkLayout(golden, input.layout());
    return new ModelInput(crops(golden, input, video), input.layout(), input.texts());
  }

  /** The golden's question about them. */
  static TokenSequence prompt(Golden golden, Model model, ModelInput input) {
    return model
        .encoder()
        .encode(
            model.template(golden.json.get("template").getAsString()),
            input.texts(),
            golden.json.get("question").getAsString(),
            golden.json.get("system").getAsBoolean());
  }

  static RgbPicture read(Golden golden, String file) {
    try {
      BufferedImage image = ImageIO.read(golden.folder.resolve(file).toFile());
      byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
      int[] pixel = new int[4];
      for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
        image.getRaster().getPixel(i % image.getWidth(), i / image.getWidth(), pixel);
        for (int c = 0; c < 3; c++) {
          rgb[3 * i + c] = (byte) pixel[c];
        }
      }
      return new RgbPicture(image.getWidth(), image.getHeight(), rgb);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Crop> crops(Golden golden, ModelInput input, boolean video) {
    if (golden.has("pixel_values")) {
      return exact(golden, input);
    }
    int[] bytes = golden.unsignedBytes("pixel_bytes");
    List<Crop> crops = new ArrayList<>();
    int at = 0;
    for (Crop crop : input.crops()) {
      checkSize(golden, crop, crops.size());
      int[] own = Arrays.copyOfRange(bytes, at, at + crop.values().length);
      crops.add(crop.with(values(golden, crop, own, video)));
      at += own.length;
    }
    assertEquals(bytes.length, at, "pixel values of all crops");
    return crops;
  }

  /** Of crops that are no colours before they are normalised. */
  private static List<Crop> exact(Golden golden, ModelInput input) {
    float[] expected = golden.floats("pixel_values");
    List<Crop> crops = new ArrayList<>();
    int at = 0;
    for (Crop crop : input.crops()) {
      float[] own = Arrays.copyOfRange(expected, at, at + crop.values().length);
      assertArrayEquals(own, crop.values(), 1e-5f, "pixels of crop " + crops.size());
      crops.add(crop.with(own));
      at += own.length;
    }
    assertEquals(expected.length, at, "pixel values of all crops");
    return crops;
  }

  private static void checkSize(Golden golden, Crop found, int number) {
    if (golden.json.has("crops")) {
      JsonObject expected = golden.json.getAsJsonArray("crops").get(number).getAsJsonObject();
      assertEquals(expected.get("frames").getAsInt(), found.frames());
      assertEquals(expected.get("width").getAsInt(), found.width());
      assertEquals(expected.get("height").getAsInt(), found.height());
    } else {
      int[] shape = golden.shape("pixel_bytes");
      assertArrayEquals(new int[] {shape[0], 3, found.height(), found.width()}, shape);
    }
  }

  private static float[] values(Golden golden, Crop crop, int[] bytes, boolean video) {
    int plane = crop.width() * crop.height();
    float[] values = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      int channel = i / plane % 3;
      double mean = golden.json.getAsJsonArray("imageMean").get(channel).getAsDouble();
      double std = golden.json.getAsJsonArray("imageStd").get(channel).getAsDouble();
      values[i] = (float) ((bytes[i] / 255.0 - mean) / std);
      double bar = video ? 2.001 / 255 / std : 1e-5; // a fifth of a percent of one grey level
      assertEquals(values[i], crop.values()[i], bar, "pixel value " + i + " of " + golden.folder);
    }
    return values;
  }

  private static void checkLayout(Golden golden, Layout layout) {
    JsonArray views = golden.json.getAsJsonArray("views");
    assertEquals(views.size(), layout.views().size(), "views");
    for (int v = 0; v < views.size(); v++) {
      JsonObject expected = views.get(v).getAsJsonObject();
      View found = layout.views().get(v);
      assertEquals(expected.get("picture").getAsInt(), found.picture());
      assertEquals(expected.get("frame").getAsInt(), found.firstFrame());
      assertEquals(expected.get("name").getAsString(), found.name());
      checkGrid(expected, found.grid());
    }
    assertArrayEquals(golden.ints("token_views"), layout.view());
    assertArrayEquals(golden.ints("token_cells"), layout.cell());
    JsonArray displays = golden.json.getAsJsonArray("displays");
    assertEquals(displays.size(), layout.frames(), "maps of a token");
    for (int f = 0; f < displays.size(); f++) {
      checkGrid(displays.get(f).getAsJsonObject(), layout.display(f));
    }
    checkSpread(golden, layout.spread());
  }

  private static void checkGrid(JsonObject expected, Grid found) {
    assertEquals(expected.get("columns").getAsInt(), found.columns());
    assertEquals(expected.get("rows").getAsInt(), found.rows());
    assertEquals(expected.get("left").getAsDouble(), found.left(), 1e-9);
    assertEquals(expected.get("top").getAsDouble(), found.top(), 1e-9);
    assertEquals(expected.get("cellWidth").getAsDouble(), found.cellWidth(), 1e-9);
    assertEquals(expected.get("cellHeight").getAsDouble(), found.cellHeight(), 1e-9);
  }

  /** The order within a row is free but where a connector joins patches; features tell that. */
  private static void checkSpread(Golden golden, Spread found) {
    int[] tokens = golden.ints("spread_tokens");
    int[] patches = golden.ints("spread_patches");
    float[] weights = golden.floats("spread_weights");
    if (golden.json.has("crops")) {
      checkBlocks(tokens, patches, found);
      return;
    }
    assertEquals(tokens.length, found.patch().length, "entries of the spread");
    for (int e = 0; e < tokens.length; e++) {
      int patch = patches[e];
      int start = found.start()[tokens[e]];
      int[] row = Arrays.copyOfRange(found.patch(), start, found.start()[tokens[e] + 1]);
      int at = 0;
      while (at < row.length && row[at] != patch) {
        at++;
      }
      assertTrue(at < row.length, "patch " + patch + " of token " + tokens[e]);
      assertEquals(weights[e], found.weight()[start + at], 1e-6);
    }
  }

  /** Where the tower itself joins the patches of a token, one after another, a token is a place. */
  private static void checkBlocks(int[] tokens, int[] patches, Spread found) {
    assertTrue(found.isIdentity());
    int each = patches.length / found.tokens();
    for (int e = 0; e < patches.length; e++) {
      assertEquals(tokens[e], patches[e] / each, "token of patch " + patches[e]);
    }
  }
}
