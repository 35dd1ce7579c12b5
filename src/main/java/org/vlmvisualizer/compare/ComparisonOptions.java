package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;

/**
 * What is compared.
 *
 * @param methods by name
 * @param faithfulness whether F is computed: two passes for each method and token
 * @param steps parts in which cells are hidden for deletion and insertion: twice as many passes for
 *     each method and token; 0 for none
 */
public record ComparisonOptions(List<String> methods, boolean faithfulness, int steps) {
  private static final int MOST_STEPS = 100;

  /**
   * Reads {@code methods} ("all" that do with sinks what {@code sinks} asks, or names with commas),
   * {@code faithfulness} (on, off) and {@code steps}; what a comparison does not make must not be
   * asked for: {@code boxes}, {@code check}, {@code keep}.
   *
   * @throws InputException if a word is not one of those expected
   */
  public static ComparisonOptions of(Words words) {
    refuseUnless(words, "boxes", "none");
    refuseUnless(words, "check", "nothing");
    refuseUnless(words, "keep", "nothing");
    Sinks sinks = words.choice("sinks", Sinks.values());
    AttentionOptions options = AttentionOptions.REFERENCE.with(sinks);
    List<String> methods = new ArrayList<>();
    if (words.of("methods").strip().equals("all")) {
      methods.addAll(AttributionMethods.names(sinks));
    } else {
      for (String name : words.of("methods").split(",")) {
        methods.add(AttributionMethods.of(name, options).name());
      }
    }
    int steps = words.number("steps");
    if (steps != 0 && (steps < 2 || steps > MOST_STEPS)) {
      throw new InputException(
          "Expected 2 to %d steps of deletion and insertion, or 0 for none, found %d."
              .formatted(MOST_STEPS, steps));
    }
    return new ComparisonOptions(
        methods.stream().distinct().toList(), !words.isSecond("faithfulness", "on", "off"), steps);
  }

  private static void refuseUnless(Words words, String name, String none) {
    if (!words.of(name).equals(none)) {
      throw new InputException(
          "Expected %1$s=%2$s where methods are compared, found %1$s=%3$s; ask with Show Attention for that."
              .formatted(name, none, words.of(name)));
    }
  }

  /** In the words of {@link #of}. */
  public Map<String, Object> words() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("methods", String.join(",", methods));
    all.put("faithfulness", faithfulness ? "on" : "off");
    all.put("steps", steps);
    return all;
  }
}
