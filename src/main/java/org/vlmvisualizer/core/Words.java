package org.vlmvisualizer.core;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Options by their names, as people write them: in a dialog, in a macro, on the command line, in
 * run.json. None is trusted.
 *
 * <pre>{@code
 * Words words = Map.of("fit", "crop", "length", "64")::get;
 * Fit fit = words.choice("fit", Fit.values());
 * int length = words.number("length");
 * }</pre>
 */
@FunctionalInterface
public interface Words {
  /** What was written for an option; its default where nothing was. */
  String of(String name);

  /** The word for a constant: {@code SLICES_TOGETHER} is written {@code slices-together}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * One of some constants.
   *
   * @throws InputException if it is none of them
   */
  default <E extends Enum<E>> E choice(String name, E[] all) {
    return all[index(name, Arrays.stream(all).map(Words::word).toList())];
  }

  /**
   * Whether the second of two words was written.
   *
   * @throws InputException if it is neither
   */
  default boolean isSecond(String name, String first, String second) {
    return index(name, List.of(first, second)) == 1;
  }

  private int index(String name, List<String> all) {
    int index = all.indexOf(of(name));
    if (index < 0) {
      int last = all.size() - 1;
      throw new InputException(
          "Expected %s to be %s or %s, found '%s'."
              .formatted(name, String.join(", ", all.subList(0, last)), all.get(last), of(name)));
    }
    return index;
  }

  /**
   * @throws InputException if it is no whole number
   */
  default int number(String name) {
    try {
      return Integer.parseInt(of(name));
    } catch (NumberFormatException e) {
      throw new InputException(
          "Expected %s to be a whole number, found '%s'.".formatted(name, of(name)), e);
    }
  }
}
