package org.vlmvisualizer.area;

import java.awt.geom.Line2D;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** One closed polygon, as {@link Region} has its rings: x0, y0, x1, y1, … */
final class Outline {
  private Outline() {}

  /**
   * The part of a polygon on one side of an upright or level line (Sutherland and Hodgman 1974).
   * What lay beyond becomes a part of the line, back and forth, which has no area.
   *
   * @param axis 0 for an upright line, 1 for a level one
   * @param side 1 keeps what is at {@code limit} or more, -1 what is at it or less
   */
  static double[] cut(double[] ring, int axis, double limit, int side) {
    double[] kept = new double[3 * ring.length];
    int count = 0;
    for (int i = 0; i < ring.length; i += 2) {
      int next = (i + 2) % ring.length;
      double here = side * (ring[i + axis] - limit);
      double there = side * (ring[next + axis] - limit);
      if (here >= 0) {
        kept[count++] = ring[i];
        kept[count++] = ring[i + 1];
      }
      if (here > 0 && there < 0 || here < 0 && there > 0) {
        double part = here / (here - there);
        kept[count + axis] = limit;
        kept[count + 1 - axis] =
            ring[i + 1 - axis] + part * (ring[next + 1 - axis] - ring[i + 1 - axis]);
        count += 2;
      }
    }
    return Arrays.copyOf(kept, count);
  }

  /**
   * The same polygon with fewer corners (Ramer 1972, Douglas and Peucker 1973).
   *
   * @param tolerance how far a corner that is left out may lie from the sides that remain
   */
  static double[] simplified(double[] ring, double tolerance) {
    int corners = ring.length / 2;
    if (corners < 5) {
      return ring;
    }
    BitSet kept = new BitSet(corners);
    int far = farthest(ring, 0);
    kept.set(0);
    kept.set(far);
    Deque<int[]> pieces = new ArrayDeque<>(List.of(new int[] {0, far}, new int[] {far, corners}));
    while (!pieces.isEmpty()) {
      int[] piece = pieces.pop();
      int apart = farthestFromLine(ring, piece[0], piece[1], tolerance);
      if (apart >= 0) {
        kept.set(apart);
        pieces.push(new int[] {piece[0], apart});
        pieces.push(new int[] {apart, piece[1]});
      }
    }
    return kept.cardinality() < 3
        ? ring
        : kept.stream()
            .flatMap(c -> IntStream.of(2 * c, 2 * c + 1))
            .mapToDouble(k -> ring[k])
            .toArray();
  }

  private static int farthest(double[] ring, int from) {
    int far = from;
    double most = 0;
    for (int c = 0; c < ring.length / 2; c++) {
      double distance =
          Math.hypot(ring[2 * c] - ring[2 * from], ring[2 * c + 1] - ring[2 * from + 1]);
      if (distance > most) {
        most = distance;
        far = c;
      }
    }
    return far;
  }

  /**
   * The corner between two that is farthest from the line between them, or -1 if none is farther
   * than the tolerance.
   *
   * @param last may be the number of corners, which means the first one
   */
  private static int farthestFromLine(double[] ring, int first, int last, double tolerance) {
    int far = -1;
    double most = tolerance;
    for (int c = first + 1; c < last; c++) {
      double distance = distance(ring, c, first, last % (ring.length / 2));
      if (distance > most) {
        most = distance;
        far = c;
      }
    }
    return far;
  }

  /** From a corner to the line piece between two others. */
  private static double distance(double[] ring, int corner, int from, int to) {
    return Line2D.ptSegDist(
        ring[2 * from],
        ring[2 * from + 1],
        ring[2 * to],
        ring[2 * to + 1],
        ring[2 * corner],
        ring[2 * corner + 1]);
  }
}
