package org.vlmvisualizer.explorer;

import java.awt.Dimension;
import java.awt.Point;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Places for new windows on a screen, so that none covers another or what has to stay in sight.
 *
 * <p>A window that shows an image can be zoomed out, and a table be made smaller; so each has a
 * list of sizes, the best first. The rule, taking the first step that succeeds:
 *
 * <ol>
 *   <li>all at their best size, beside all windows that are open;
 *   <li>beside those that have to stay in sight, all at the largest size at which they fit;
 *   <li>beside each other alone, likewise; what is open is covered;
 *   <li>at their smallest size, each shifted against the one before.
 * </ol>
 *
 * <p>A window goes to the uppermost place that is free, and there to the leftmost. Of all orders in
 * which they can be placed so, the one is taken that keeps each closest to the one before it in the
 * list.
 */
final class WindowLayout {
  private static final int GAP = 8;
  private static final int SHIFT = 28;

  /** With more windows, there are too many orders to try. */
  private static final int MOST_TO_ORDER = 5;

  private final Rectangle screen;

  /**
   * @param screen what of it can be used
   */
  WindowLayout(Rectangle screen) {
    this.screen = screen;
  }

  /**
   * Finds a place for each window.
   *
   * @param open all windows that are open
   * @param kept those of them that have to stay in sight, the one that the new ones belong to first
   * @param sizes [window] at least one size each, the largest first
   * @return [window] inside the screen
   */
  List<Rectangle> place(List<Rectangle> open, List<Rectangle> kept, List<List<Dimension>> sizes) {
    int steps = sizes.stream().mapToInt(List::size).max().orElse(1);
    Point beside = kept.isEmpty() ? screen.getLocation() : centre(kept.get(0));
    List<Rectangle> all = new ArrayList<>(kept);
    all.addAll(open);
    List<Rectangle> places = fit(all, at(sizes, 0), beside);
    for (int spared = kept.size(); spared >= 0; spared--) {
      for (int step = 0; step < steps && places == null; step++) {
        places = fit(kept.subList(0, spared), at(sizes, step), beside);
      }
    }
    return places != null ? places : cascade(at(sizes, steps));
  }

  private static List<Dimension> at(List<List<Dimension>> sizes, int step) {
    return sizes.stream().map(list -> list.get(Math.min(step, list.size() - 1))).toList();
  }

  /** Null if they do not fit. */
  private List<Rectangle> fit(List<Rectangle> spared, List<Dimension> sizes, Point beside) {
    List<Rectangle> free = List.of(screen);
    for (Rectangle window : spared) {
      free = without(free, window);
    }
    List<Rectangle> best = null;
    double least = Double.MAX_VALUE;
    for (List<Integer> order : orders(sizes.size())) {
      List<Rectangle> places = fill(free, sizes, order, beside);
      double length = places == null ? Double.MAX_VALUE : length(places, beside);
      if (length < least) {
        least = length;
        best = places;
      }
    }
    return best;
  }

  /** Each as close as possible to where it belongs; null if one finds no place. */
  private static List<Rectangle> fill(
      List<Rectangle> free, List<Dimension> sizes, List<Integer> order, Point beside) {
    Rectangle[] places = new Rectangle[sizes.size()];
    List<Rectangle> left = free;
    for (int window : order) {
      Dimension size = sizes.get(window);
      Rectangle place =
          left.stream()
              .filter(room -> room.width >= size.width && room.height >= size.height)
              .flatMap(room -> corners(room, size))
              .min(Comparator.comparingDouble(corner -> beside.distance(centre(corner))))
              .orElse(null);
      if (place == null) {
        return null;
      }
      places[window] = place;
      left = without(left, place);
    }
    return List.of(places);
  }

  private static Stream<Rectangle> corners(Rectangle room, Dimension size) {
    int right = room.x + room.width - size.width;
    int bottom = room.y + room.height - size.height;
    return Stream.of(
            new Point(room.x, room.y),
            new Point(right, room.y),
            new Point(room.x, bottom),
            new Point(right, bottom))
        .map(corner -> new Rectangle(corner, size));
  }

  /** The largest free rectangles that remain beside a window and the gap around it. */
  private static List<Rectangle> without(List<Rectangle> free, Rectangle window) {
    Rectangle taken = new Rectangle(window);
    taken.grow(GAP, GAP);
    List<Rectangle> left = new ArrayList<>();
    for (Rectangle room : free) {
      if (!room.intersects(taken)) {
        left.add(room);
        continue;
      }
      int right = room.x + room.width;
      int bottom = room.y + room.height;
      int takenRight = taken.x + taken.width;
      int takenBottom = taken.y + taken.height;
      left.add(new Rectangle(room.x, room.y, taken.x - room.x, room.height));
      left.add(new Rectangle(takenRight, room.y, right - takenRight, room.height));
      left.add(new Rectangle(room.x, room.y, room.width, taken.y - room.y));
      left.add(new Rectangle(room.x, takenBottom, room.width, bottom - takenBottom));
    }
    left.removeIf(Rectangle::isEmpty);
    List<Rectangle> largest = new ArrayList<>();
    for (Rectangle room : left) {
      if (largest.stream().noneMatch(other -> other.contains(room))) {
        largest.removeIf(room::contains);
        largest.add(room);
      }
    }
    return largest;
  }

  private static double length(List<Rectangle> places, Point beside) {
    double length = 0;
    Point before = beside;
    for (Rectangle place : places) {
      length += before.distance(centre(place));
      before = centre(place);
    }
    return length;
  }

  private static Point centre(Rectangle window) {
    return new Point((int) window.getCenterX(), (int) window.getCenterY());
  }

  /** All orders of the first few; the others come behind them. */
  private static List<List<Integer>> orders(int count) {
    List<List<Integer>> orders = List.of(List.of());
    for (int next = 0; next < count; next++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> order : orders) {
        for (int at = next < MOST_TO_ORDER ? 0 : next; at <= next; at++) {
          List<Integer> one = new ArrayList<>(order);
          one.add(at, next);
          longer.add(one);
        }
      }
      orders = longer;
    }
    return orders;
  }

  private List<Rectangle> cascade(List<Dimension> sizes) {
    List<Rectangle> places = new ArrayList<>();
    for (Dimension size : sizes) {
      int shift = SHIFT * places.size();
      int width = Math.min(size.width, screen.width);
      int height = Math.min(size.height, screen.height);
      int x = screen.x + Math.min(shift, screen.width - width);
      int y = screen.y + Math.min(shift, screen.height - height);
      places.add(new Rectangle(x, y, width, height));
    }
    return places;
  }
}
