package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;

/**
 * The few heads that look at the picture, and there at one place: of the heads whose attention to
 * the image tokens reaches the elbow of all heads' sums, the {@value #HEADS} whose attention lies
 * in the fewest pieces. For each token anew, or those that are given ({@link
 * AttentionOptions#localization}). With A the attention of a head, I the image tokens:
 *
 * <pre>
 *   s = Σ_I A                       kept if s ≥ elbow: the farthest point from the chord of all s, sorted
 *   H = -Σ_c m_c ln m_c             m_c shares of the 8-connected pieces of ReLU(A - mean) > 0.001
 *   map = Σ A_I of the three with the lowest H, divided by its sum
 * </pre>
 *
 * Source: Kang et al., "Your Large Vision-Language Model Only Needs A Few Attention Heads For
 * Visual Grounding", CVPR 2025, arXiv 2503.06287. The elbow is the paper's; the published code
 * compares numbers of heads with it. A head on an attention sink is strong and compact, too: see
 * {@link Sinks}. Costs no pass.
 */
final class LocalizationHeads extends AttributionMethod {
  static final String NAME = "localization-heads";

  /** Heads that make a map. */
  static final int HEADS = 3;

  private static final double VISIBLE = 0.001;

  LocalizationHeads(AttentionOptions options) {
    super(NAME, options);
  }

  @Override
  public TraceRequest request() {
    return super.request().mapping(this::map);
  }

  @Override
  public boolean readsKeptRows() {
    return true;
  }

  @Override
  boolean removesSinks() {
    return true;
  }

  @Override
  public boolean needsCells() {
    return true;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    return Arrays.stream(trace.headMaps()).map(HeadMap.Made::values).toArray(float[][]::new);
  }

  /** A {@link HeadMap}. */
  HeadMap.Made map(float[] values, IndexRange layers, IndexRange heads, Layout layout) {
    int count = layers.size() * heads.size();
    int stride = values.length / count;
    int[] rows =
        options.localization().isEmpty()
            ? choose(values, count, layout)
            : options.localization().stream().mapToInt(head -> row(head, layers, heads)).toArray();
    double[] sum = new double[layout.tokens()];
    for (int row : rows) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += values[row * stride + k];
      }
    }
    return new HeadMap.Made(
        shares(sum, layout),
        IntStream.of(rows)
            .mapToObj(
                row ->
                    new HeadMap.Head(
                        layers.first() + row / heads.size(), heads.first() + row % heads.size()))
            .toArray(HeadMap.Head[]::new));
  }

  private static int row(HeadMap.Head head, IndexRange layers, IndexRange heads) {
    int layer = head.layer() - layers.first();
    int column = head.head() - heads.first();
    if (layer < 0 || layer >= layers.size() || column < 0 || column >= heads.size()) {
      throw new InputException(
          "Expected localization heads among layers %s and heads %s, found %d.%d."
              .formatted(layers, heads, head.layer(), head.head()));
    }
    return layer * heads.size() + column;
  }

  /**
   * The heads that make a token's map.
   *
   * @param heads [rows, R]
   * @return at most {@value #HEADS} of the rows, the one with the lowest entropy first
   */
  static int[] choose(float[] heads, int rows, Layout layout) {
    int stride = heads.length / rows;
    double[] sums = new double[rows];
    for (int head = 0; head < rows; head++) {
      for (int k = 0; k < layout.tokens(); k++) {
        sums[head] += layout.hasPlace(k) ? heads[head * stride + k] : 0;
      }
    }
    double least = elbow(sums);
    Pieces pieces = new Pieces(layout);
    double[] entropy = new double[rows];
    for (int head = 0; head < rows; head++) {
      entropy[head] =
          sums[head] >= least
              ? pieces.entropy(heads, head * stride, sums[head], VISIBLE)
              : Double.POSITIVE_INFINITY;
    }
    // Those that are visible nowhere, and those below the elbow, come last, by their sums.
    Comparator<Integer> compact = Comparator.comparingDouble(head -> entropy[head]);
    return IntStream.range(0, rows)
        .boxed()
        .sorted(
            compact.thenComparingDouble(head -> Double.isFinite(entropy[head]) ? 0 : -sums[head]))
        .limit(HEADS)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The sum that lies farthest from the chord of all, sorted. */
  static double elbow(double[] sums) {
    double[] sorted = sums.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    int elbow = 0;
    double farthest = 0;
    for (int i = 1; i < last; i++) {
      double chord = sorted[0] + (sorted[last] - sorted[0]) * i / last;
      double distance = Math.abs(sorted[i] - chord);
      if (distance > farthest) {
        farthest = distance;
        elbow = i;
      }
    }
    return sorted[elbow];
  }
}
