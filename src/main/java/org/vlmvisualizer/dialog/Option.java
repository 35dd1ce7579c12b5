package org.vlmvisualizer.dialog;

import java.awt.Window;
import java.util.List;
import java.util.function.Consumer;

/**
 * One thing that a dialog asks for.
 *
 * @param key its name in macros; also the name of its Swing component
 * @param tip one sentence that is shown as a tooltip; may be empty
 * @param value what is shown first: a Boolean for {@link Kind#CHECK}, an Integer for a {@link
 *     Kind#WHOLE_NUMBER}, a text for the others
 * @param choices all values of a {@link Kind#CHOICE}; suggestions for a text, a file or a folder
 * @param min least number, or null
 * @param list a list of which a file or folder is chosen by name too, by a button beside it; or
 *     null
 * @param isAdvanced whether it is shown behind "More options" only
 */
public record Option(
    String key,
    String label,
    String tip,
    Kind kind,
    Object value,
    List<String> choices,
    Integer min,
    NameList list,
    boolean isAdvanced) {

  /** What kind of control an option has. */
  public enum Kind {
    CHECK,
    CHOICE,
    TEXT,
    LONG_TEXT,
    WHOLE_NUMBER,
    FILE,
    FOLDER,
    FILE_OR_FOLDER
  }

  /** A list of names in a window of its own. */
  @FunctionalInterface
  public interface NameList {
    /**
     * Shows it and waits. Called on the event thread.
     *
     * @param owner the dialog that asks
     * @param chosen told the name that the user chooses, if any
     */
    void open(Window owner, Consumer<String> chosen);
  }

  public Option {
    choices = List.copyOf(choices);
  }
}
