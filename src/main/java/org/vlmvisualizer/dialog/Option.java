package org.vlmvisualizer.dialog;

import java.util.List;

/**
 * One thing that a dialog asks for.
 *
 * @param key its name in macros; also the name of its Swing component
 * @param tip one sentence that is shown as a tooltip; may be empty
 * @param value what is shown first: a Boolean for {@link Kind#CHECK}, a Number for the numbers, a
 *     text for the others
 * @param choices all values of a {@link Kind#CHOICE}; suggestions for a text, a file or a folder
 * @param min least number, or null
 * @param max largest number, or null
 * @param isAdvanced whether it is shown behind "More options" only
 */
public record Option(
    String key,
    String label,
    String tip,
    Kind kind,
    Object value,
    List<String> choices,
    Number min,
    Number max,
    boolean isAdvanced) {

  /** What kind of control an option has. */
  public enum Kind {
    CHECK,
    CHOICE,
    TEXT,
    LONG_TEXT,
    WHOLE_NUMBER,
    NUMBER,
    FILE,
    FOLDER
  }

  public Option {
    choices = List.copyOf(choices);
  }
}
