package org.vlmvisualizer.explorer;

import java.util.Arrays;
import org.vlmvisualizer.attribution.KeptMaps;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;

/**
 * Which of the kept layers and heads the maps are made of.
 *
 * @param layers {@link IndexRange#ALL} or some of those that were kept
 * @param heads the same of heads
 */
record LayerChoice(IndexRange layers, IndexRange heads) {
  /** What the run itself read. */
  static final LayerChoice RUN = new LayerChoice(IndexRange.ALL, IndexRange.ALL);

  /** Maps and shares of all tokens: up to seconds for long answers of large models. */
  TokenMaps maps(AttentionResult result) {
    return equals(RUN)
        ? result.maps()
        : KeptMaps.of(result.kept(), result.maps(), layers, heads, result.keepsFirst());
  }

  /** The maps of some tokens alone, [tokens, P]: milliseconds each. */
  float[][] rows(AttentionResult result, int[] tokens) {
    KeptMaps kept =
        new KeptMaps(
            result.kept(), result.maps().map().method(), layers, heads, result.keepsFirst());
    return Arrays.stream(tokens)
        .mapToObj(token -> kept.token(token).values())
        .toArray(float[][]::new);
  }
}
