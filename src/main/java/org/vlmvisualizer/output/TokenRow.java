package org.vlmvisualizer.output;

import java.util.List;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.TokenMaps;

/**
 * The figures of one generated token.
 *
 * @param index 1 for the first token
 * @param token id, text and probability
 * @param shares how its attention divides between picture, prompt and generated text
 * @param paddingShare share of its map that lies outside the source picture, by area of each patch;
 *     NaN for an empty map. Of a signed map, signs are left out
 * @param peakX centre of the patch with the largest value, in pixels of the whole source image, not
 *     clipped: it may lie on padding, outside of the image; NaN for an empty map
 * @param peakY as {@code peakX}
 * @param peakValue the largest value, a share of the attention to the picture or pictures; of a
 *     signed map, what speaks most for the token, below 0 if nothing does
 * @param peakOnPadding whether the centre of that patch is outside the source picture
 * @param entropyBits {@code -Σ p log2 p} over the patches, of which p are shares of the map: 0 for
 *     one patch, log2 P for an even map; NaN for an empty map. Of a signed map, signs are left out
 */
public record TokenRow(
    int index,
    GeneratedToken token,
    AttentionShares shares,
    double paddingShare,
    double peakX,
    double peakY,
    double peakValue,
    boolean peakOnPadding,
    double entropyBits) {

  /** Column names, in the order of {@link #values}. */
  static final List<String> COLUMNS =
      List.of(
          "index",
          "token_id",
          "token",
          "probability",
          "image_attention",
          "prompt_attention",
          "generated_attention",
          "padding_share",
          "peak_x",
          "peak_y",
          "peak_value",
          "peak_on_padding",
          "entropy_bits");

  /**
   * Measures one map.
   *
   * @param t number of the token, from 0
   */
  static TokenRow of(TokenMaps maps, int t, SourceFrame source) {
    AttentionShares shares = maps.shares().get(t);
    // One of one picture is the whole map, whose sum is 1.
    return of(maps, t, source, !maps.signed() && shares.picture() == shares.image());
  }

  /**
   * Measures one map.
   *
   * @param isWhole whether its sum is 1, if it is not empty
   */
  static TokenRow of(TokenMaps maps, int t, SourceFrame source, boolean isWhole) {
    float[] patches = maps.values(t);
    Grid grid = maps.grid();
    int peak = 0;
    double sum = 0;
    double padding = 0;
    double entropy = 0;
    for (int p = 0; p < patches.length; p++) {
      double share = Math.abs(patches[p]);
      peak = patches[p] > patches[peak] ? p : peak; // the first of equals
      sum += share;
      padding += share * grid.paddingShare(p);
      entropy -= share > 0 ? share * Math.log(share) / Math.log(2) : 0;
    }
    boolean empty = sum == 0;
    if (!isWhole) {
      padding /= sum;
      entropy = entropy / sum + Math.log(sum) / Math.log(2);
    }
    return new TokenRow(
        t + 1,
        maps.tokens().get(t),
        maps.shares().get(t),
        empty ? Double.NaN : padding,
        empty ? Double.NaN : grid.centreX(peak) + source.originX(),
        empty ? Double.NaN : grid.centreY(peak) + source.originY(),
        patches[peak],
        !empty && grid.isOnPadding(peak),
        empty ? Double.NaN : entropy);
  }

  /** The row's cells: the token, Integer or Double for the rest. */
  List<Object> values() {
    return List.of(
        index,
        token.id(),
        token,
        token.probability(),
        shares.image(),
        shares.prompt(),
        shares.generated(),
        paddingShare,
        peakX,
        peakY,
        peakValue,
        peakOnPadding ? 1 : 0,
        entropyBits);
  }
}
