package org.vlmvisualizer.core;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  /** The constant that a word stands for. */
  static <E extends Enum<E>> Optional<E> find(String word, E[] all) {
    return Arrays.stream(all).filter(constant -> word(constant).equals(word)).findFirst();
  }

  /**
   * One of some constants.
   *
   * @throws InputException if it is none of them
   */
  default <E extends Enum<E>> E choice(String name, E[] all) {
    return find(of(name), all)
        .orElseThrow(() -> refusal(name, Arrays.stream(all).map(Words::word).toList()));
  }

  /**
   * Whether the second of two words was written.
   *
   * @throws InputException if it is neither
   */
  default boolean isSecond(String name, String first, String second) {
    if (!List.of(first, second).contains(of(name))) {
      throw refusal(name, List.of(first, second));
    }
    return of(name).equals(second);
  }

  private InputException refusal(String name, List<String> all) {
    int last = all.size() - 1;
    return new InputException(
        "Expected %s to be %s or %s, found '%s'."
            .formatted(name, String.join(", ", all.subList(0, last)), all.get(last), of(name)));
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
