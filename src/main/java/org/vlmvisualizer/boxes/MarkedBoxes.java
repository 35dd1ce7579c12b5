package org.vlmvisualizer.boxes;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Coordinates between two marks, behind a name between two others. One name may have several boxes
 * right behind it, each in marks of its own or all in one.
 */
final class MarkedBoxes implements BoxFormat.Grammar {
  private static final String NUMBER = "\\s*-?\\d{1,6}(?:\\.\\d{1,6})?\\s*";
  private static final String PAIR = "\\(%1$s,%1$s\\)".formatted(NUMBER);

  /** {@code (x,y)} or {@code (x1,y1),(x2,y2)}. */
  private static final Pattern PAIRS =
      Pattern.compile("\\s*%1$s(?:\\s*,\\s*%1$s)?\\s*".formatted(PAIR));

  /** {@code [x1, y1, x2, y2]}. */
  private static final Pattern FOUR =
      Pattern.compile("\\[%1$s,%1$s,%1$s,%1$s\\]".formatted(NUMBER));

  /** What may stand around and between boxes. */
  private static final Pattern BETWEEN = Pattern.compile("[\\s,\\[\\]]*+");

  private static final Pattern NO_NUMBER = Pattern.compile("[^-\\d.]+");

  private final String boxStart;
  private final Pattern marked;

  /**
   * @param name what stands before a name
   * @param nameEnd what stands behind it
   * @param box what stands before coordinates
   * @param boxEnd what stands behind them
   */
  MarkedBoxes(String name, String nameEnd, String box, String boxEnd) {
    boxStart = box;
    marked =
        Pattern.compile(
            "\\Q%s\\E(?<name>[^<]*+)\\Q%s\\E|\\Q%s\\E(?<places>[^<]*+)\\Q%s\\E"
                .formatted(name, nameEnd, box, boxEnd));
  }

  @Override
  public void read(String answer, FoundBoxes found) {
    Matcher mark = marked.matcher(answer);
    String name = "";
    int end = 0; // of the name, or of its last box
    while (mark.find() && !found.isOver()) {
      boolean isNext = isBetween(answer, end, mark.start());
      end = mark.end();
      if (mark.group("name") != null) {
        name = mark.group("name");
      } else {
        name = isNext ? name : "";
        readPlaces(mark.group("places"), name, found);
      }
    }
    if (answer.indexOf(boxStart, end) >= 0) {
      found.addBroken();
    }
  }

  private static void readPlaces(String places, String name, FoundBoxes found) {
    if (PAIRS.matcher(places).matches()) {
      found.add(name, numbers(places));
      return;
    }
    Matcher box = FOUR.matcher(places);
    int end = 0;
    boolean isWhole = true;
    while (box.find() && !found.isOver()) {
      isWhole &= isBetween(places, end, box.start());
      end = box.end();
      found.add(name, numbers(box.group()));
    }
    if (!isWhole || end == 0 || !isBetween(places, end, places.length())) {
      found.addBroken();
    }
  }

  private static boolean isBetween(String text, int start, int end) {
    return BETWEEN.matcher(text).region(start, end).matches();
  }

  private static double[] numbers(String place) {
    return Arrays.stream(NO_NUMBER.split(place))
        .filter(number -> !number.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }
}
