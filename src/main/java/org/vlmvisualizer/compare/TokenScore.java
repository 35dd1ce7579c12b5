package org.vlmvisualizer.compare;

import org.vlmvisualizer.compare.Curves.Areas;
import org.vlmvisualizer.core.MapCheck;

/**
 * What was measured of one token's map. Figures that were not are NaN.
 *
 * @param token its number, from 0
 * @param text as the model wrote it
 * @param centre as {@link Pointing#centre}
 * @param overlap as {@link Pointing#overlap}
 * @param ties as {@link Pointing#ties}
 * @param energy as {@link Pointing#energy}
 * @param area as {@link Pointing#area}
 * @param faithfulness F, as {@link MapCheck#faithfulness}
 * @param deletion area under the curve
 * @param insertion area under the curve
 */
public record TokenScore(
    int token,
    String text,
    double centre,
    double overlap,
    int ties,
    double energy,
    double area,
    double faithfulness,
    double deletion,
    double insertion) {

  static TokenScore of(int token, String text, Pointing pointing, MapCheck check, Areas areas) {
    return new TokenScore(
        token,
        text,
        pointing.centre(),
        pointing.overlap(),
        pointing.ties(),
        pointing.energy(),
        pointing.area(),
        check == null ? Double.NaN : check.faithfulness(),
        areas.deletion(),
        areas.insertion());
  }
}
