package org.vlmvisualizer.command;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vlmvisualizer.core.InputException;

/**
 * The options of a macro's {@code run(command, options)}, read as ImageJ writes them: {@code
 * key=value}, {@code key=[a value]}, {@code key} for a ticked box.
 *
 * <p>ImageJ's own way is to look for one key at a time anywhere in the text, inside of other values
 * too, and to pass over the rest. Here a key counts between values only, and what cannot be read is
 * refused.
 */
final class MacroOptions {
  private final String text;
  private int position;

  private MacroOptions(String text) {
    this.text = text;
  }

  /**
   * @param options as {@code ij.Macro.getOptions()} gives them
   * @return key to value in their order; null for a key without a value
   * @throws InputException if brackets do not balance or a key comes twice
   */
  static Map<String, String> parse(String options) {
    int depth = 0;
    for (int i = 0; i < options.length() && depth >= 0; i++) {
      depth += options.charAt(i) == '[' ? 1 : options.charAt(i) == ']' ? -1 : 0;
    }
    if (depth != 0) {
      throw unbalanced();
    }
    return new MacroOptions(options).read();
  }

  private Map<String, String> read() {
    Map<String, String> values = new LinkedHashMap<>();
    while (skipSpaces()) {
      int start = position;
      while (position < text.length() && " =".indexOf(text.charAt(position)) < 0) {
        position++;
      }
      String key = text.substring(start, position);
      boolean valued = position < text.length() && text.charAt(position) == '=';
      if (values.containsKey(key)) {
        throw new InputException("Expected the option '%s' once, found it twice.".formatted(key));
      }
      values.put(key, valued ? value() : null);
    }
    return Collections.unmodifiableMap(values);
  }

  private boolean skipSpaces() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
    return position < text.length();
  }

  /** From the equals sign to behind the value. */
  private String value() {
    int start = ++position;
    if (text.startsWith("[", start)) {
      position = closing(start);
      return text.substring(start + 1, position++);
    }
    int quote = text.startsWith("'", start) ? text.indexOf('\'', start + 1) : -1;
    if (quote > 0 && (quote + 1 == text.length() || text.charAt(quote + 1) == ' ')) {
      position = quote + 1;
      return text.substring(start + 1, quote);
    }
    int space = text.indexOf(' ', start);
    position = space < 0 ? text.length() : space;
    return text.substring(start, position);
  }

  /** Where the bracket is closed that opens at {@code start}; a space or the end must follow. */
  private int closing(int start) {
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
      if (depth == 0 && (i + 1 == text.length() || text.charAt(i + 1) == ' ')) {
        return i;
      }
      if (depth == 0) {
        break;
      }
    }
    throw unbalanced();
  }

  private static InputException unbalanced() {
    return new InputException(
        "Expected as many [ as ] in the options of the macro, found one without its partner; write the prompt as prompt=[…] and use no single brackets in it.");
  }
}
