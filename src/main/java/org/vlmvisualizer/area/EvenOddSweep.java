package org.vlmvisualizer.area;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Goes through a region from top to bottom in slabs that no corner lies within, and tells {@link
 * RowAreas} the segments of the outline: from left to right by turns where the region begins (+)
 * and ends (−). That is the even-odd rule.
 *
 * <p>Where pieces cross within a slab, the slab is cut there, for those pieces only. A crossing
 * that rounding hides does little harm: the error is the area between the two pieces.
 */
final class EvenOddSweep {
  /** Pieces that overlap by less, in patches, count as side by side. */
  private static final double CLOSE = 1e-12;

  /** So many pieces are compared each with each; more are halved first. */
  private static final int FEW = 64;

  private static final Comparator<Piece> AT_TOP =
      Comparator.comparingDouble(Piece::top).thenComparingDouble(Piece::bottom);
  private static final Comparator<Piece> HALFWAY =
      Comparator.comparingDouble(piece -> piece.top + piece.bottom);

  private final List<Edge> edges = new ArrayList<>(); // by topY
  private final double[] levels; // where slabs begin and end, rising
  private final RowAreas areas;

  /**
   * @param region in patches
   * @param top what lies above is left out
   * @param bottom what lies below is left out
   */
  EvenOddSweep(Region region, double top, double bottom, RowAreas areas) {
    this.areas = areas;
    for (double[] ring : region.rings()) {
      for (int i = 0; i < ring.length; i += 2) {
        int next = (i + 2) % ring.length;
        addEdge(ring[i], ring[i + 1], ring[next], ring[next + 1]);
      }
    }
    edges.sort(Comparator.comparingDouble(Edge::topY));
    levels = levels(top, bottom);
  }

  private record Edge(double topX, double topY, double bottomX, double bottomY) {
    double x(double y) {
      return y == bottomY ? bottomX : topX + (y - topY) / (bottomY - topY) * (bottomX - topX);
    }
  }

  /** The part of an edge within a slab: its x at the slab's top and bottom. */
  private record Piece(Edge edge, double top, double bottom) {}

  private void addEdge(double x0, double y0, double x1, double y1) {
    if (y0 < y1) {
      edges.add(new Edge(x0, y0, x1, y1));
    } else if (y1 < y0) {
      edges.add(new Edge(x1, y1, x0, y0));
    }
  }

  private double[] levels(double top, double bottom) {
    int rows = (int) Math.ceil(bottom) + 1;
    double[] all = new double[2 * edges.size() + rows];
    int count = 0;
    for (Edge edge : edges) {
      all[count++] = Math.max(top, Math.min(bottom, edge.topY));
      all[count++] = Math.max(top, Math.min(bottom, edge.bottomY));
    }
    for (int row = 0; row < rows; row++) {
      all[count++] = Math.max(top, Math.min(bottom, row));
    }
    Arrays.sort(all);
    int distinct = 0;
    for (double y : all) {
      if (distinct == 0 || y != all[distinct - 1]) {
        all[distinct++] = y;
      }
    }
    return Arrays.copyOf(all, distinct);
  }

  void run() {
    List<Edge> active = new ArrayList<>();
    int next = 0;
    for (int i = 0; i + 1 < levels.length; i++) {
      double top = levels[i];
      double bottom = levels[i + 1];
      active.removeIf(edge -> edge.bottomY <= top);
      for (; next < edges.size() && edges.get(next).topY <= top; next++) {
        if (edges.get(next).bottomY > top) {
          active.add(edges.get(next));
        }
      }
      Piece[] pieces = pieces(active, top, bottom);
      slab(pieces, top, bottom, 0);
      for (int k = 0; k < pieces.length; k++) {
        active.set(k, pieces[k].edge); // sorted by now, which the next sorting is quick with
      }
    }
  }

  private static Piece[] pieces(List<Edge> edges, double top, double bottom) {
    Piece[] pieces = new Piece[edges.size()];
    for (int i = 0; i < pieces.length; i++) {
      Edge edge = edges.get(i);
      pieces[i] = new Piece(edge, edge.x(top), edge.x(bottom));
    }
    return pieces;
  }

  /**
   * Adds a slab.
   *
   * @param pieces sorted here
   * @param rank how many pieces lie to the left of them
   */
  private void slab(Piece[] pieces, double top, double bottom, int rank) {
    Arrays.sort(pieces, AT_TOP);
    double[] leftmost = new double[pieces.length + 1]; // at the bottom, of a piece and those after
    leftmost[pieces.length] = Double.POSITIVE_INFINITY;
    for (int i = pieces.length - 1; i >= 0; i--) {
      leftmost[i] = Math.min(leftmost[i + 1], pieces[i].bottom);
    }
    int start = 0;
    double rightmost = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < pieces.length; i++) {
      rightmost = Math.max(rightmost, pieces[i].bottom);
      if (rightmost <= leftmost[i + 1] + CLOSE) { // none so far crosses one that follows
        if (i == start) {
          add(pieces[i], top, bottom, rank + i);
        } else {
          tangle(Arrays.copyOfRange(pieces, start, i + 1), top, bottom, rank + start);
        }
        start = i + 1;
        rightmost = Double.NEGATIVE_INFINITY;
      }
    }
  }

  /** Adds pieces of which some cross: above and below a crossing, or as they lie halfway. */
  private void tangle(Piece[] pieces, double top, double bottom, int rank) {
    double cut = pieces.length > FEW ? (top + bottom) / 2 : crossing(pieces, top, bottom);
    if (cut > top && cut < bottom) {
      List<Edge> own = Arrays.stream(pieces).map(Piece::edge).toList();
      slab(pieces(own, top, cut), top, cut, rank);
      slab(pieces(own, cut, bottom), cut, bottom, rank);
      return;
    }
    Arrays.sort(pieces, HALFWAY);
    for (int i = 0; i < pieces.length; i++) {
      add(pieces[i], top, bottom, rank + i);
    }
  }

  /** The y nearest to the middle where two of the pieces cross, or NaN. */
  private static double crossing(Piece[] pieces, double top, double bottom) {
    double nearest = Double.NaN;
    double middle = (top + bottom) / 2;
    for (int i = 0; i < pieces.length; i++) {
      for (int j = i + 1; j < pieces.length; j++) {
        double apart = pieces[j].top - pieces[i].top;
        double overlap = pieces[i].bottom - pieces[j].bottom;
        double y = top + (bottom - top) * (apart / (apart + overlap));
        if (overlap > CLOSE
            && y > top
            && y < bottom
            && !(Math.abs(y - middle) >= Math.abs(nearest - middle))) {
          nearest = y;
        }
      }
    }
    return nearest;
  }

  private void add(Piece piece, double top, double bottom, int rank) {
    double height = rank % 2 == 0 ? bottom - top : top - bottom;
    areas.add((int) ((top + bottom) / 2), piece.top, piece.bottom, height);
  }
}
