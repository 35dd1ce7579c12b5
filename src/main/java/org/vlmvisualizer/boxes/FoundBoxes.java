package org.vlmvisualizer.boxes;

import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.AnswerBoxes;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.NamedBox;

/** Boxes and points as they are found in an answer, and how many of them are of no use. */
final class FoundBoxes {
  /** Boxes and points that are read of an answer at most, whole and broken ones. */
  static final int MOST = 1000;

  /** Part of the whole range; farther out of it, a coordinate is no slip but in another unit. */
  private static final double SLIP = 0.1;

  private static final int LONGEST_LABEL = 100;

  private final BoxFormat.Unit unit;
  private final SeenPicture picture;
  private final List<NamedBox> boxes = new ArrayList<>();
  private int broken;
  private int outside;
  private boolean more;

  FoundBoxes(BoxFormat.Unit unit, SeenPicture picture) {
    this.unit = unit;
    this.picture = picture;
  }

  /** Whether there was one too many, so that no other counts. */
  boolean isOver() {
    return more;
  }

  /** Whether another one counts, where there is one. */
  private boolean hasRoom() {
    more |= boxes.size() + broken + outside >= MOST;
    return !more;
  }

  /** One that cannot be understood. */
  void addBroken() {
    broken += hasRoom() ? 1 : 0;
  }

  /**
   * @param label as the answer has it
   * @param corners x1, y1, x2, y2 of a box, or x, y of a point
   */
  void add(String label, double... corners) {
    if (!hasRoom()) {
      return;
    }
    if (corners.length == 2) {
      addPoint(label, corners[0], corners[1]);
    } else {
      addBox(label, corners[0], corners[1], corners[2], corners[3]);
    }
  }

  private void addPoint(String label, double x, double y) {
    double px = picture.x(x, unit);
    double py = picture.y(y, unit);
    boolean isInside = px >= 0 && px <= width() && py >= 0 && py <= height();
    add(isInside, label, px, py, 0, 0);
  }

  private void addBox(String label, double x1, double y1, double x2, double y2) {
    double x = Math.max(0, picture.x(Math.min(x1, x2), unit));
    double y = Math.max(0, picture.y(Math.min(y1, y2), unit));
    double w = Math.min(width(), picture.x(Math.max(x1, x2), unit)) - x;
    double h = Math.min(height(), picture.y(Math.max(y1, y2), unit)) - y;
    boolean isNear = isNear(picture.fullX(unit), x1, x2) && isNear(picture.fullY(unit), y1, y2);
    add(isNear && w > 0 && h > 0, label, x, y, w, h);
  }

  private static boolean isNear(double full, double one, double other) {
    return Math.min(one, other) >= -SLIP * full && Math.max(one, other) <= (1 + SLIP) * full;
  }

  private void add(boolean isInside, String label, double x, double y, double w, double h) {
    if (isInside) {
      boxes.add(new NamedBox(clean(label), x, y, w, h));
    } else {
      outside++;
    }
  }

  private int width() {
    return picture.grid().sourceWidth();
  }

  private int height() {
    return picture.grid().sourceHeight();
  }

  private static String clean(String label) {
    return CleanText.cut(CleanText.of(label).strip().replaceAll("\\s+", " "), LONGEST_LABEL);
  }

  AnswerBoxes all() {
    List<String> parts = new ArrayList<>();
    if (broken > 0) {
      parts.add("%d that cannot be understood".formatted(broken));
    }
    if (outside > 0) {
      parts.add("%d outside of the picture or without area".formatted(outside));
    }
    if (more) {
      parts.add("all behind the first %d".formatted(MOST));
    }
    String sentence = "Boxes and points of the answer were left out: " + String.join(", ", parts);
    return new AnswerBoxes(boxes, parts.isEmpty() ? "" : sentence + ".");
  }
}
