package org.vlmvisualizer.attribution;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.VisionLayers;

/**
 * Maps of some layers and heads from what a run kept: the same as a run gives that reads these
 * layers and heads only. With A the mean over the chosen heads of layer l:
 *
 * <pre>a_t = mean over l of ( A_l with A_l[0] = 0, divided by its sum )</pre>
 *
 * as in {@link TokenAttention}, then the method of the run. Localization heads are chosen among
 * these layers and heads; where the heads were averaged, the map is that of their attention.
 */
public final class KeptMaps {
  private final HeadAttention kept;
  private final RowMethod method;
  private final LocalizationHeads localization; // null by other methods
  private final IndexRange layers;
  private final IndexRange heads;
  private final boolean keepFirst;

  /** One token's map, [cells of the first frame], and how its attention divides. */
  public record TokenMap(float[] values, AttentionShares shares) {}

  /**
   * Chooses layers and heads.
   *
   * @param method name of the run's method ({@link AttributionMap#method})
   * @param layers some of those that were kept, by their number in the model; {@link
   *     IndexRange#ALL} for all that were kept
   * @param heads the same of heads; nothing but all of them if the heads were averaged
   * @param keepFirst whether attention to the first token counts
   * @throws InputException if they were not kept
   */
  public KeptMaps(
      HeadAttention kept, String method, IndexRange layers, IndexRange heads, boolean keepFirst) {
    this.kept = kept;
    AttentionOptions options = new AttentionOptions(layers, heads, keepFirst, VisionLayers.ALL);
    boolean locates = method.equals(LocalizationHeads.NAME);
    this.method = AttributionMethods.ofRows(locates ? LanguageAttention.NAME : method, options);
    localization = locates && !kept.averaged() ? new LocalizationHeads(options) : null;
    IndexRange some = heads.within(kept.heads(), "heads");
    if (kept.averaged() && !some.equals(kept.heads())) {
      throw new InputException(
          "Expected a run that kept its heads, found one that kept layers only; ask again with keep=heads.");
    }
    this.layers = relative(layers.within(kept.layers(), "layers"), kept.layers());
    this.heads = kept.averaged() ? new IndexRange(0, 0) : relative(some, kept.heads());
    this.keepFirst = keepFirst;
  }

  /**
   * Maps and shares of all tokens.
   *
   * @param run the run's maps, for its method, grid and tokens
   * @throws InputException as the constructor
   */
  public static TokenMaps of(
      HeadAttention kept, TokenMaps run, IndexRange layers, IndexRange heads, boolean keepFirst) {
    KeptMaps maps = new KeptMaps(kept, run.map().method(), layers, heads, keepFirst);
    List<TokenMap> all = IntStream.range(0, kept.size()).mapToObj(maps::token).toList();
    float[][] values = all.stream().map(TokenMap::values).toArray(float[][]::new);
    List<AttentionShares> shares = all.stream().map(TokenMap::shares).toList();
    return new TokenMaps(
        new AttributionMap(run.map().method(), values), run.grid(), run.tokens(), shares);
  }

  private static IndexRange relative(IndexRange range, IndexRange kept) {
    return new IndexRange(range.first() - kept.first(), range.last() - kept.first());
  }

  /** Map and shares of one token: milliseconds for a thousand heads. */
  public TokenMap token(int token) {
    Layout layout = kept.layout();
    double[][] rows =
        IntStream.rangeClosed(layers.first(), layers.last())
            .mapToObj(layer -> row(token, layer))
            .toArray(double[][]::new);
    double[] mean = TokenAttention.layerMean(rows, keepFirst);
    int end = 1 + layout.tokens();
    int text = 1 + kept.recorded();
    TokenAttention attention =
        new TokenAttention(
            Arrays.copyOfRange(mean, 1, end),
            Arrays.stream(mean, end, text).sum(),
            mean[0] + mean[text],
            mean[text + 1]);
    float[] values =
        localization == null
            ? method.map(attention, kept.vision(), layout)
            : localization.map(rows(token), layers, heads, layout).values();
    float[] cells = method.layout(layout, kept.vision()).cells(0, values);
    return new TokenMap(cells, attention.shares(layout, 0));
  }

  /** [layers * heads, R] of those that were chosen. */
  private float[] rows(int token) {
    int recorded = kept.recorded();
    float[] rows = new float[layers.size() * heads.size() * recorded];
    int row = 0;
    for (int l = layers.first(); l <= layers.last(); l++) {
      for (int h = heads.first(); h <= heads.last(); h++) {
        System.arraycopy(kept.image()[token], kept.offset(l, h), rows, recorded * row++, recorded);
      }
    }
    return rows;
  }

  /** Of a layer, mean over the heads: first token, image tokens and markers, text, answer. */
  private double[] row(int token, int layer) {
    int recorded = kept.recorded();
    float[] values = kept.image()[token];
    double[] mean = new double[recorded + HeadAttention.SUMS];
    for (int h = heads.first(); h <= heads.last(); h++) {
      int offset = kept.offset(layer, h);
      for (int k = 0; k < recorded; k++) {
        mean[1 + k] += values[offset + k];
      }
      mean[0] += kept.rest(token, HeadAttention.FIRST, layer, h);
      mean[1 + recorded] += kept.rest(token, HeadAttention.TEXT, layer, h);
      mean[2 + recorded] += kept.rest(token, HeadAttention.ANSWER, layer, h);
    }
    for (int k = 0; k < mean.length; k++) {
      mean[k] /= heads.size();
    }
    return mean;
  }
}
