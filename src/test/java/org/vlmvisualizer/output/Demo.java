package org.vlmvisualizer.output;

import com.google.gson.JsonObject;
import ij.measure.Calibration;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;

/**
 * A made-up run: coloured cells on a light ground, and a blob of attention that walks over them.
 */
public record Demo(RgbPicture picture, TokenMaps maps, SourceFrame source) {

  private static final String[] WORDS = {
    "The",
    " picture",
    " shows",
    " three",
    " cells",
    ",",
    " one",
    " of",
    " them",
    " \"dividing\"",
    ".",
    "\n",
    " 细胞",
    " ядро",
    " mitochondria",
    " é",
    "",
    "\t"
  };

  static Demo of(int width, int height, int count) {
    Grid grid = Grid.padded(width, height, 336, 14);
    float[][] values = new float[count][];
    List<GeneratedToken> tokens = new ArrayList<>();
    List<AttentionShares> shares = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      double along = (t + 0.5) / count;
      values[t] = blob(grid, width * along, height * (0.5 + 0.3 * Math.sin(9 * along)));
      tokens.add(new GeneratedToken(100 + t, WORDS[t % WORDS.length], 1.0 / (t + 3)));
      double image = 0.1 + 0.6 * Math.abs(Math.sin(0.7 * t));
      shares.add(Shares.of(image, (1 - image) * 0.7, (1 - image) * 0.3));
    }
    return new Demo(
        cells(width, height),
        new TokenMaps(new AttributionMap("demo", values), grid, tokens, shares),
        new SourceFrame("cells.tif", 100, 50, micrometres()));
  }

  /**
   * The same with evidence: tokens 0, 3 … came from the picture, 1, 4 … partly, 2, 5 … would have
   * come without it. The maps of tokens 0 and 1, 4 and 5 and so on were checked: the first was
   * found to matter, the second missed what did.
   */
  Demo withEvidence() {
    List<GeneratedToken> tokens = new ArrayList<>();
    double[] ratios = {20, 4, 1};
    for (int t = 0; t < maps.size(); t++) {
      GeneratedToken token = maps.tokens().get(t);
      MapCheck check = List.of(new MapCheck(0.9, 0.1), new MapCheck(0.1, 0.4)).get(t % 2);
      tokens.add(
          new GeneratedToken(
              token.id(),
              token.text(),
              token.probability(),
              List.of(new Candidate(7, " <b>other\n", 0.25), new Candidate(8, "", 1e-7)),
              token.probability() / ratios[t % 3],
              t % 4 < 2 ? check : null));
    }
    return new Demo(picture, maps.withTokens(tokens), source);
  }

  /** The same of a model that thinks, whose first tokens are thoughts. */
  Demo thinking(int thoughts) {
    List<GeneratedToken> tokens = new ArrayList<>();
    for (int t = 0; t < maps.size(); t++) {
      tokens.add(maps.tokens().get(t).thought(t < thoughts));
    }
    return new Demo(picture, maps.withTokens(tokens), source);
  }

  Grid grid() {
    return maps.grid();
  }

  /** Other values on the same grid for the same tokens. */
  TokenMaps with(float[][] values, Grid grid) {
    return new TokenMaps(new AttributionMap("other", values), grid, maps.tokens(), maps.shares());
  }

  /** As a run would give it. */
  AttentionResult result(Upsampling upsampling, float[][] matrix) {
    return result(Defaults.maps(upsampling), matrix);
  }

  AttentionResult result(Rendering rendering, float[][] matrix) {
    JsonObject run = new JsonObject();
    run.addProperty("model", "demo");
    run.addProperty("prompt", "Wo ist die \"Zelle\"? 细胞 <b>");
    run.addProperty("answer", "cells");
    JsonObject options = new JsonObject();
    options.addProperty("method", "demo");
    run.add("options", options);
    return new AttentionResult(
        maps, picture, source, rendering, "cells", List.of("a", "b"), matrix, null, run);
  }

  /** 0.25 µm × 0.5 µm pixels with an origin at pixel (40, 30). */
  public static Calibration micrometres() {
    Calibration calibration = new Calibration();
    calibration.pixelWidth = 0.25;
    calibration.pixelHeight = 0.5;
    calibration.setUnit("µm");
    calibration.xOrigin = 40;
    calibration.yOrigin = 30;
    return calibration;
  }

  private static float[] blob(Grid grid, double sourceX, double sourceY) {
    float[] patches = new float[grid.size()];
    double spread = Math.max(grid.sourceWidth(), grid.sourceHeight()) / 12.0;
    double sum = 0;
    for (int p = 0; p < patches.length; p++) {
      double dx = (grid.centreX(p) - sourceX) / spread;
      double dy = (grid.centreY(p) - sourceY) / spread;
      double noise = 0.03 * ((p * 2654435761L >>> 7 & 0xff) / 255.0);
      patches[p] = (float) (Math.exp(-(dx * dx + dy * dy) / 2) + noise);
      sum += patches[p];
    }
    for (int p = 0; p < patches.length; p++) {
      patches[p] /= (float) sum;
    }
    return patches;
  }

  private static RgbPicture cells(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    int[][] colours = {{170, 60, 120}, {90, 60, 150}, {200, 120, 90}};
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int[] colour = {236, 226, 232};
        for (int k = 0; k < 3; k++) {
          double r = Math.hypot(x - width * (0.2 + 0.3 * k), y - height * (0.35 + 0.15 * k));
          double size = Math.min(width, height) * 0.14;
          if (r < size) {
            double dark = r < size / 2.5 ? 0.6 : 1;
            colour =
                new int[] {
                  (int) (colours[k][0] * dark),
                  (int) (colours[k][1] * dark),
                  (int) (colours[k][2] * dark)
                };
          }
        }
        for (int c = 0; c < 3; c++) {
          rgb[3 * (y * width + x) + c] = (byte) colour[c];
        }
      }
    }
    return new RgbPicture(width, height, rgb);
  }
}
