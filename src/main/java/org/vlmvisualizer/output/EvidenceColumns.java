package org.vlmvisualizer.output;

import java.util.List;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.MapStability;

/**
 * What every table tells, behind all else, of how far maps can be trusted.
 *
 * <p>Columns: probability_without_image (p0, 0 to 1), image_evidence (ln(p / p0), in nats), origin
 * (the same in words: {@link org.vlmvisualizer.core.Origin}); faithfulness (F, -1 to 1),
 * probability_of_top_only and probability_without_top (0 to 1), as in {@link MapCheck};
 * stability_shift and stability_mirror (r, -1 to 1), as in {@link MapStability}. What was not asked
 * is NaN, its words are empty.
 */
final class EvidenceColumns {
  /** Their names, in the order of {@link #of}. */
  static final List<String> NAMES =
      List.of(
          "probability_without_image",
          "image_evidence",
          "origin",
          "faithfulness",
          "probability_of_top_only",
          "probability_without_top",
          "stability_shift",
          "stability_mirror");

  /** Of a row that is of no token. */
  static final List<Object> NONE =
      List.of(
          Double.NaN, Double.NaN, "", Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  private EvidenceColumns() {}

  /** The cells of a token, or of a word as {@link org.vlmvisualizer.core.WordMaps} makes it. */
  static List<Object> of(GeneratedToken token) {
    Double without = token.probabilityWithoutImage();
    MapCheck check = token.check();
    MapStability stability = token.stability();
    return List.of(
        without == null ? Double.NaN : without,
        token.imageEvidence(),
        without == null ? "" : token.origin().toString(),
        check == null ? Double.NaN : check.faithfulness(),
        check == null ? Double.NaN : check.only(),
        check == null ? Double.NaN : check.without(),
        stability == null ? Double.NaN : stability.shift(),
        stability == null ? Double.NaN : stability.mirror());
  }
}
