package org.vlmvisualizer.area;

import java.awt.geom.AffineTransform;
import org.vlmvisualizer.core.Grid;

/**
 * How much of each patch lies in a region: areas of polygon ∩ patch ∩ picture, exact but for
 * rounding (about 1e-12 of a patch).
 *
 * <p>The outline is cut by horizontal lines into slabs ({@link EvenOddSweep}) and each piece adds,
 * with the sign of its side, the area to its right within its row of patches ({@link RowAreas}).
 * Work grows with the corners and the patches that the outline touches.
 */
public final class PatchOverlap {
  private PatchOverlap() {}

  /**
   * Share of each patch's area that lies in the region and in the source picture.
   *
   * @param region in pixels of the source picture of the grid; may reach out of it
   * @return [P], 0 to 1; what was cropped away is in no patch
   */
  public static double[] of(Region region, Grid grid) {
    AffineTransform toCells = new AffineTransform();
    toCells.translate(grid.cellX(0), grid.cellY(0));
    toCells.scale(1 / grid.cellWidth(), 1 / grid.cellHeight());
    RowAreas areas =
        new RowAreas(
            grid.columns(),
            grid.rows(),
            Math.max(0, grid.cellX(0)),
            Math.min(grid.columns(), grid.cellX(grid.sourceWidth())));
    double top = Math.max(0, grid.cellY(0));
    double bottom = Math.min(grid.rows(), grid.cellY(grid.sourceHeight()));
    new EvenOddSweep(region.transform(toCells), top, bottom, areas).run();
    return areas.perPatch();
  }

  /** Share of each patch's area that lies in the source picture, [P]. */
  public static double[] ofPicture(Grid grid) {
    return of(Region.rectangle(0, 0, grid.sourceWidth(), grid.sourceHeight()), grid);
  }
}
