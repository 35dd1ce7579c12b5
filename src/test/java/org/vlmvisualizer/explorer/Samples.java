package org.vlmvisualizer.explorer;

import com.google.gson.JsonObject;
import ij.measure.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.Upsampling;

/**
 * Made-up results: a grey picture, maps of noise with one peak each, and tokens as nasty as any.
 */
final class Samples {
  static final List<String> TEXTS =
      List.of(
          "The",
          " cat",
          "</script><script>alert(1)</script>",
          " <b>&amp;\"'",
          "\n",
          " 细胞",
          "{{maps}}",
          "\u0000\u0007\u202e",
          "\ud800",
          " ]]>",
          "<html><u>x",
          "");

  private Samples() {}

  /** Maps on a grid of 8 × 8 patches; that of token t has its peak at patch 9 t mod 64. */
  static AttentionResult result(int width, int height, int count) {
    return result(width, height, count, TEXTS);
  }

  /** With these tokens. */
  static AttentionResult of(int width, int height, List<String> texts) {
    return result(width, height, texts.size(), texts);
  }

  private static AttentionResult result(int width, int height, int count, List<String> texts) {
    Random random = new Random(3);
    Grid grid = Grid.padded(width, height, 112, 14);
    float[][] values = new float[count][grid.size()];
    for (int t = 0; t < count; t++) {
      float sum = 0;
      for (int p = 0; p < grid.size(); p++) {
        values[t][p] = p == 9 * t % 64 ? 20 : random.nextFloat();
        sum += values[t][p];
      }
      for (int p = 0; p < grid.size(); p++) {
        values[t][p] /= sum;
      }
    }
    return result(width, height, texts, values, grid, null);
  }

  /** With maps whose values are scores, below 0 on the left half of the picture. */
  static AttentionResult signed(int width, int height, int count) {
    AttentionResult plain = result(width, height, count);
    TokenMaps maps = plain.maps();
    float[][] values = new float[count][];
    for (int t = 0; t < count; t++) {
      values[t] = maps.values(t).clone();
      for (int p = 0; p < values[t].length; p++) {
        values[t][p] *= p % 8 < 4 ? -1 : 1;
      }
    }
    return plain.with(
        new TokenMaps(
            new AttributionMap("scores", values, true), maps.grid(), maps.tokens(), maps.shares()));
  }

  /**
   * With evidence and checks: p 0.5 each, 25, 5 and 1.25 times as likely as without the picture and
   * so on; maps that miss what mattered; and five other tokens.
   */
  static AttentionResult withEvidence(int width, int height, int count) {
    AttentionResult plain = of(width, height, List.of("One", " two", " three", " four"));
    List<Candidate> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(new Candidate(5 + i, i < 4 ? " <b>other" : "", i < 4 ? 0.1 / (i + 1) : 1e-6));
    }
    List<GeneratedToken> tokens = new ArrayList<>();
    double[] without = {0.02, 0.1, 0.4};
    for (int t = 0; t < count; t++) {
      GeneratedToken token = plain.maps().tokens().get(t);
      tokens.add(
          new GeneratedToken(t, token.text(), 0.5, others, without[t % 3], new MapCheck(0.1, 0.4)));
    }
    return plain.with(plain.maps().withTokens(tokens));
  }

  /** With maps that are all 0. */
  static AttentionResult empty(int width, int height, int count) {
    Grid grid = Grid.padded(width, height, 112, 14);
    return result(width, height, TEXTS, new float[count][grid.size()], grid, null);
  }

  /** With 3 layers of 2 heads, each of which looks at one patch of its own. */
  static AttentionResult kept(int width, int height, int count) {
    AttentionResult plain = result(width, height, count);
    int patches = plain.maps().grid().size();
    float[][] image = new float[count][6 * patches];
    float[][] rest = new float[count][3 * 6];
    for (int t = 0; t < count; t++) {
      for (int row = 0; row < 6; row++) {
        image[t][row * patches + patch(t, row / 2, row % 2)] = 0.5f;
        rest[t][HeadAttention.TEXT * 6 + row] = 0.5f;
      }
    }
    HeadAttention heads =
        new HeadAttention(
            new IndexRange(0, 2),
            new IndexRange(0, 1),
            false,
            image,
            rest,
            null,
            Layout.of(plain.maps().grid()));
    return result(width, height, TEXTS, plain.maps().map().values(), plain.maps().grid(), heads);
  }

  /** A result with kept heads as it was when fewer tokens had been written. */
  static AttentionResult first(AttentionResult whole, int count) {
    TokenMaps maps = whole.maps();
    HeadAttention kept = whole.kept();
    return new AttentionResult(
        new TokenMaps(
            new AttributionMap(maps.map().method(), Arrays.copyOf(maps.map().values(), count)),
            maps.grid(),
            maps.tokens().subList(0, count),
            maps.shares().subList(0, count)),
        whole.picture(),
        whole.source(),
        whole.rendering(),
        whole.answer(),
        whole.sequence(),
        null,
        new HeadAttention(
            kept.layers(),
            kept.heads(),
            kept.averaged(),
            Arrays.copyOf(kept.image(), count),
            Arrays.copyOf(kept.rest(), count),
            kept.vision(),
            kept.layout()),
        whole.run());
  }

  /** The patch that a head looks at. */
  static int patch(int token, int layer, int head) {
    return (token + 10 * layer + 5 * head) % 64;
  }

  private static AttentionResult result(
      int width, int height, List<String> texts, float[][] values, Grid grid, HeadAttention kept) {
    List<GeneratedToken> tokens = new ArrayList<>();
    List<AttentionShares> shares = new ArrayList<>();
    for (int t = 0; t < values.length; t++) {
      tokens.add(new GeneratedToken(t, texts.get(t % texts.size()), 1.0 / (t + 1)));
      double image = 0.1 + 0.8 * t / values.length;
      shares.add(Shares.of(image, 0.9 - image, 0.1));
    }
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) 200);
    Calibration calibration = new Calibration();
    calibration.setUnit("µm");
    calibration.pixelWidth = 0.5;
    calibration.pixelHeight = 0.5;
    JsonObject run = new JsonObject();
    run.addProperty("question", "Where is <it>?");
    run.add("options", new JsonObject());
    return new AttentionResult(
        new TokenMaps(new AttributionMap("language", values), grid, tokens, shares),
        new RgbPicture(width, height, rgb),
        new SourceFrame("a <b> & \"c\".tif", 0, 0, calibration),
        Defaults.maps(Upsampling.NEAREST),
        "answer",
        List.of(),
        null,
        kept,
        run);
  }
}
