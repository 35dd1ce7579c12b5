package org.vlmvisualizer.roi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of table columns made from free text: fit for macros, all different. */
final class ColumnNames {
  private ColumnNames() {}

  /**
   * A name for each text: its letters and digits of any script, everything else as one underscore;
   * with {@code roi_} in front if it would begin with a digit; {@code roi_3} for the third if
   * nothing is left; with {@code _2}, {@code _3} behind if it was there before, whatever its case.
   */
  static List<String> of(List<String> texts) {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (String text : texts) {
      String stem = stem(text, names.size() + 1);
      String name = stem;
      for (int n = 2; !taken.add(name.toLowerCase(Locale.ROOT)); n++) {
        name = stem + "_" + n;
      }
      names.add(name);
    }
    return names;
  }

  private static String stem(String text, int number) {
    String word = text.replaceAll("[^\\p{L}\\p{M}\\p{N}]+", "_").replaceAll("^_|_$", "");
    if (word.isEmpty()) {
      return "roi_" + number;
    }
    return Character.isDigit(word.codePointAt(0)) ? "roi_" + word : word;
  }
}
