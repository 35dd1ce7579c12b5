package org.vlmvisualizer.area;

import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.vlmvisualizer.core.Grid;

/**
 * A region laid over the picture at random: translations only, uniform over all that keep it within
 * the part of the picture that the model saw, to which it is cut first. They are the same whenever
 * they are made.
 *
 * <p>Outlines of many corners, such as ovals, get fewer first, since the work grows with them: at
 * most 1/200 of a cell away, or 1/25 where that leaves more than {@link #MOST_CORNERS}. The share
 * that is compared with chance is measured with that outline, too.
 *
 * @param observed of the region where it lies
 * @param random [{@link #COUNT}] of the region elsewhere; none if it cannot move
 * @param picture [P] from {@link PatchOverlap#ofPicture}
 */
public record Placements(Overlap observed, List<Overlap> random, double[] picture) {
  /** With it, 2.5 % and 97.5 % are the 25th and the 975th value, and p ends at 0.001. */
  static final int COUNT = 999;

  private static final long SEED = 20;

  /** Of a cell, or of the region if that is smaller. */
  private static final double TOLERANCE = 0.005;

  private static final double MOST_TOLERANCE = 0.04;
  private static final int MOST_CORNERS = 256;

  /** What can move by less, in parts of its length, is as large as the picture. */
  private static final double LEAST = 1e-9;

  /**
   * How much of some cells lies in a region; of all others, nothing does.
   *
   * @param areas 0 to 1
   */
  public record Overlap(int[] cells, double[] areas) {
    static Overlap of(Region region, Grid grid) {
      double[] all = PatchOverlap.of(region, grid);
      int count = 0;
      int[] cells = new int[all.length];
      for (int p = 0; p < all.length; p++) {
        if (all[p] > 0) {
          cells[count++] = p;
        }
      }
      int[] some = Arrays.copyOf(cells, count);
      return new Overlap(some, Arrays.stream(some).mapToDouble(p -> all[p]).toArray());
    }

    /** {@code Σ_p m[p] |p ∩ R|}. */
    double sum(float[] map) {
      double sum = 0;
      for (int i = 0; i < cells.length; i++) {
        sum += map[cells[i]] * areas[i];
      }
      return sum;
    }

    /** {@code Σ_p |p ∩ R|}. */
    double area() {
      return Arrays.stream(areas).sum();
    }
  }

  /**
   * Lays a region.
   *
   * @param region in pixels of the source picture of the grid; may reach out of it
   */
  public static Placements of(Region region, Grid grid) {
    Rectangle2D seen = seen(grid);
    Region cut = region.within(seen);
    Rectangle2D bounds = cut.bounds();
    double cell = Math.min(grid.cellWidth(), grid.cellHeight());
    double size = Math.min(bounds.getWidth(), bounds.getHeight());
    Region shape = simplified(cut, Math.min(cell, size));
    double roomX = seen.getWidth() - bounds.getWidth();
    double roomY = seen.getHeight() - bounds.getHeight();
    List<Overlap> all = List.of();
    boolean canMove = roomX > LEAST * seen.getWidth() || roomY > LEAST * seen.getHeight();
    if (canMove && !bounds.isEmpty()) {
      Random random = new Random(SEED);
      double left = seen.getMinX() - bounds.getMinX();
      double top = seen.getMinY() - bounds.getMinY();
      all =
          Stream.generate(
                  () ->
                      AffineTransform.getTranslateInstance(
                          left + random.nextDouble() * roomX, top + random.nextDouble() * roomY))
              .limit(COUNT)
              .toList()
              .parallelStream()
              .map(move -> Overlap.of(shape.transform(move), grid))
              .toList();
    }
    return new Placements(Overlap.of(shape, grid), all, PatchOverlap.ofPicture(grid));
  }

  private static Region simplified(Region region, double unit) {
    double tolerance = TOLERANCE;
    Region simple = region.simplified(tolerance * unit);
    while (simple.corners() > MOST_CORNERS && tolerance < MOST_TOLERANCE) {
      tolerance *= 2;
      simple = region.simplified(tolerance * unit);
    }
    return simple;
  }

  /** The part of the picture that lies in cells, in its pixels. */
  private static Rectangle2D seen(Grid grid) {
    Rectangle2D cells = new Rectangle2D.Double();
    cells.setFrameFromDiagonal(
        grid.sourceX(0), grid.sourceY(0), grid.sourceX(grid.columns()), grid.sourceY(grid.rows()));
    return cells.createIntersection(
        new Rectangle2D.Double(0, 0, grid.sourceWidth(), grid.sourceHeight()));
  }
}
