package org.vlmvisualizer.boxes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Four numbers from 0 to 1, all with decimals, in brackets; no name belongs to them. */
final class BracketBoxes implements BoxFormat.Grammar {
  private static final String SHARE = "\\s?(0\\.\\d{1,9}|1\\.0{1,9})";
  private static final Pattern BOX =
      Pattern.compile("\\[" + String.join(",", SHARE, SHARE, SHARE, SHARE) + "\\]");

  @Override
  public void read(String answer, FoundBoxes found) {
    Matcher box = BOX.matcher(answer);
    while (box.find() && !found.isOver()) {
      double[] corners =
          IntStream.rangeClosed(1, 4).mapToDouble(i -> Double.parseDouble(box.group(i))).toArray();
      found.add("", corners);
    }
  }
}
