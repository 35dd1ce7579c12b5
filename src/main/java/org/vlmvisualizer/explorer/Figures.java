package org.vlmvisualizer.explorer;

import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.TokenText;

/** The selected tokens in figures, written for people. */
final class Figures {
  private static final int SHOWN_TOKENS = 4;
  private static final String NONE = "–";

  /** Below it, three digits behind the point would be none. */
  private static final double SMALL = 0.001;

  private Figures() {}

  /** The selected tokens' texts; of many, the first and the last ones. */
  static String tokens(TokenMaps maps, int[] tokens) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < tokens.length; i++) {
      if (tokens.length > SHOWN_TOKENS && i == SHOWN_TOKENS / 2) {
        out.append(" …");
        i = tokens.length - SHOWN_TOKENS / 2;
      }
      String label = TokenText.label(maps.tokens().get(tokens[i]));
      // As in running text: a space only where the model wrote one or left tokens out.
      boolean gap = out.length() > 0 && tokens[i] != tokens[Math.max(0, i - 1)] + 1;
      out.append(gap ? " " : "").append(label);
    }
    return out.toString().strip();
  }

  /** "3 of 8" for one token, "4 tokens" for several. */
  static String position(TokenMaps maps, int[] tokens) {
    return tokens.length == 1
        ? "%d of %d".formatted(tokens[0] + 1, maps.size())
        : tokens.length + " tokens";
  }

  /** The selected tokens as one. */
  static GeneratedToken joint(TokenMaps maps, int[] tokens) {
    return GeneratedToken.joint(
        tokens(maps, tokens), IntStream.of(tokens).mapToObj(maps.tokens()::get).toList());
  }

  /**
   * Whether a token, or several as one, is a thought, behind other words. Empty of a model that
   * does not think, and of tokens of both kinds.
   */
  static String part(GeneratedToken token) {
    return token.thought() == null ? "" : token.thought() ? ", in the thoughts" : ", in the answer";
  }

  /** That all of them were written: the product of their probabilities. */
  static String probability(TokenMaps maps, int[] tokens) {
    return probability(joint(maps, tokens).probability());
  }

  static String probability(double p) {
    boolean isSmall = p > 0 && p < SMALL;
    return String.format(Locale.ROOT, isSmall ? "%.1e" : "%.3f", p);
  }

  static String imageAttention(TokenMaps maps, int[] tokens) {
    return mean(tokens, token -> maps.shares().get(token).image());
  }

  /**
   * Mean share in the region.
   *
   * @param shares [T], or null without a region
   */
  static String region(double[] shares, int[] tokens) {
    return shares == null ? NONE : mean(tokens, token -> shares[token]);
  }

  /**
   * Where the map is largest: the centre of that patch, in units of the source image, or that it is
   * outside of the picture.
   */
  static String peak(Grid grid, SourceFrame source, float[] patches) {
    int peak = 0;
    for (int p = 1; p < patches.length; p++) {
      peak = patches[p] > patches[peak] ? p : peak;
    }
    if (!(patches[peak] > 0)) {
      return NONE;
    }
    if (grid.isOnPadding(peak)) {
      return "padding";
    }
    return source.position(
        grid.centreX(peak) + source.originX(), grid.centreY(peak) + source.originY());
  }

  private static String mean(int[] tokens, IntToDoubleFunction figure) {
    double sum = 0;
    for (int token : tokens) {
      sum += figure.applyAsDouble(token);
    }
    return String.format(Locale.ROOT, "%.3f", sum / tokens.length);
  }
}
