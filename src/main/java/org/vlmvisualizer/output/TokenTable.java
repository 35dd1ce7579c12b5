package org.vlmvisualizer.output;

import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.ViewMaps;

/**
 * One row of figures per generated token.
 *
 * <p>Columns: index (from 1), token_id, token, probability; image_attention, prompt_attention,
 * generated_attention (shares of all attention, 0 to 1); padding_share (of the map); peak_x, peak_y
 * (centre of the patch with the largest value, in pixels of the whole source image, unclipped),
 * peak_value, peak_on_padding (1 if that centre is outside the picture), entropy_bits of the map;
 * and those of every {@link MapTable}.
 *
 * @param picture title of the source image
 * @param rows the figures, one row per token
 * @param views each view by itself, if there are several
 */
public record TokenTable(String picture, List<TokenRow> rows, List<ViewMaps> views)
    implements MapTable {

  /**
   * Measures every map.
   *
   * @param source the image that the positions are in
   */
  public static TokenTable of(TokenMaps maps, SourceFrame source) {
    List<TokenRow> rows =
        IntStream.range(0, maps.size()).mapToObj(t -> TokenRow.of(maps, t, source)).toList();
    return new TokenTable(source.title(), rows, maps.views());
  }

  @Override
  public boolean thinks() {
    return rows.get(0).token().thought() != null;
  }

  @Override
  public List<String> columns() {
    return TokenRow.COLUMNS;
  }

  @Override
  public List<List<Object>> cells() {
    return rows.stream().map(TokenRow::values).toList();
  }
}
