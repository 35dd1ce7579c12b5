package org.vlmvisualizer.command;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What ImageJ's macro language does to text, undone. */
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
}
