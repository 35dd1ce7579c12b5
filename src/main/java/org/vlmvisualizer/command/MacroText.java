package org.vlmvisualizer.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.vlmvisualizer.core.InputException;

/** What ImageJ's macro language does to text, undone or refused. */
final class MacroText {
  private MacroText() {}

  /**
   * ImageJ reads macro files as Latin-1, so that text in UTF-8 arrives with each of its bytes as a
   * character. Text that can only have come about in this way is put right; all other is returned
   * as it is.
   */
  static String repair(String text) {
    boolean ascii = text.chars().allMatch(c -> c < 0x80);
    boolean latin = text.chars().allMatch(c -> c < 0x100);
    if (ascii || !latin) {
      return text;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return text;
    }
  }

  /**
   * Refuses macro options whose brackets do not balance: ImageJ would cut the value that holds them
   * without a word.
   *
   * @param options as {@code ij.Macro.getOptions()} gives them, or null
   */
  static void checkBrackets(String options) {
    int depth = 0;
    for (int i = 0; options != null && i < options.length() && depth >= 0; i++) {
      depth += options.charAt(i) == '[' ? 1 : options.charAt(i) == ']' ? -1 : 0;
    }
    if (depth != 0) {
      throw new InputException(
          "Expected as many [ as ] in the options of the macro, found one without its partner; "
              + "write the prompt as prompt=[…] and use no single brackets in it.");
    }
  }
}
