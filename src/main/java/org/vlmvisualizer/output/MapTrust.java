package org.vlmvisualizer.output;

import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Origin;

/**
 * How far a token's map can be trusted, in words for figures and windows.
 *
 * @param origin null if that was not asked
 * @param check null if its map was not checked
 */
public record MapTrust(Origin origin, MapCheck check) {
  /** Nothing was asked. */
  public static final MapTrust UNKNOWN = new MapTrust(null, null);

  /** What is to be said of a map with F below 0. */
  public static final String WARNING = "map misses what mattered";

  /** What is to be said where the token is unlikely either way. */
  public static final String WEAK = "neither part is enough";

  /** What is to be said where the token is likely either way. */
  public static final String EITHER = "either part is enough";

  /** From it on, the token is likely. */
  private static final double LIKELY = 0.5;

  /** Below it, neither what the map points at nor the rest makes the token likely. */
  private static final double ENOUGH = 0.1;

  /** An F that is shown as -0.01 or less; one nearer to 0 is no finding. */
  private static final double MISSES = -0.005;

  private static final List<String> WORDS =
      Stream.of(Origin.values()).map(Origin::toString).toList();
  private static final List<String> SHORT = List.of("from the picture", "partly", "without it");

  /** What legends say of each {@link Origin}, in its order, the longest way first. */
  private static final List<List<String>> LEGENDS =
      List.of(WORDS, List.of(SHORT.get(0), SHORT.get(1), WORDS.get(2)), SHORT);

  /** Of a token, or of several as one. */
  public static MapTrust of(GeneratedToken token) {
    return new MapTrust(token.origin(), token.check());
  }

  /** The longest way to say what each {@link Origin} is, in its order, that there is room for. */
  static List<String> legend(ToIntFunction<List<String>> width, int room) {
    return LEGENDS.stream()
        .filter(words -> width.applyAsInt(words) <= room)
        .findFirst()
        .orElse(SHORT);
  }

  /** Whether the token would have come without the picture, so that no map of it says much. */
  public boolean isFaded() {
    return origin == Origin.TEXT;
  }

  /** Whether the token was likelier without what its map points at than with it alone. */
  public boolean misses() {
    return check != null && check.faithfulness() < MISSES;
  }

  /** What is to be said where {@link #misses}. */
  public String warning() {
    if (Math.min(check.only(), check.without()) >= LIKELY) {
      return EITHER;
    }
    return Math.max(check.only(), check.without()) < ENOUGH ? WEAK : WARNING;
  }

  /** Where the token came from, for a reader who sees nothing else of it. */
  public String originSentence() {
    return switch (origin) {
      case PICTURE -> "From the picture: it made the token at least ten times as likely";
      case PARTLY -> "Partly from the picture: it made the token at least twice as likely";
      case TEXT -> "Would have come without the picture: this map says little";
    };
  }

  /** Where the token came from, the longest way to say so first; none if that is not known. */
  List<String> originForms() {
    return origin == null ? List.of() : List.of(origin.toString(), SHORT.get(origin.ordinal()));
  }

  /** F and what is to be said of it, likewise. */
  List<String> checkForms() {
    if (check == null) {
      return List.of();
    }
    String f = "F " + number(check.faithfulness());
    if (!misses()) {
      return List.of(f);
    }
    String shorter =
        switch (warning()) {
          case WEAK -> "too little";
          case EITHER -> "either way";
          default -> "misses it";
        };
    return List.of(f + ": " + warning(), f + ": " + shorter, f + " !");
  }

  /** With two digits and a true minus sign, never "-0.00". */
  public static String number(double f) {
    String text = String.format(Locale.ROOT, "%.2f", Math.abs(f));
    return f < 0 && !text.equals("0.00") ? "−" + text : text;
  }
}
