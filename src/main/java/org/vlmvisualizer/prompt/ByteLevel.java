package org.vlmvisualizer.prompt;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Pieces of vocabularies of GPT-2's kind, in which each character stands for one byte of UTF-8.
 *
 * <p>Source: transformers 4.57.6, models/gpt2/tokenization_gpt2.py, bytes_to_unicode.
 */
final class ByteLevel {
  /** Bytes without a printable character of their own are written as these, in order. */
  private static final int FIRST_STAND_IN = 0x100;

  private static final int[] BYTES = new int[FIRST_STAND_IN + 68];
  private static final char[] CHARACTERS = new char[256];

  static {
    int standIn = FIRST_STAND_IN;
    Arrays.fill(BYTES, -1);
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHARACTERS[b] = (char) (printable ? b : standIn++);
      BYTES[CHARACTERS[b]] = b;
    }
  }

  private ByteLevel() {}

  /** The piece that stands for some bytes. */
  static String piece(byte[] bytes) {
    char[] piece = new char[bytes.length];
    for (int i = 0; i < piece.length; i++) {
      piece[i] = CHARACTERS[bytes[i] & 0xFF];
    }
    return new String(piece);
  }

  /**
   * The text of a piece; bytes that are no whole character by themselves come as {@code <0xE2>}.
   */
  static String text(String piece) {
    ByteBuffer bytes = ByteBuffer.allocate(piece.length());
    for (char c : piece.toCharArray()) {
      if (c >= BYTES.length || BYTES[c] < 0) {
        return piece; // a token that was added later
      }
      bytes.put((byte) BYTES[c]);
    }
    bytes.flip();
    StringBuilder text = new StringBuilder();
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    while (bytes.hasRemaining()) {
      CharBuffer chars = CharBuffer.allocate(bytes.remaining() + 1);
      CoderResult result = decoder.reset().decode(bytes, chars, true);
      text.append(chars.flip());
      for (int i = 0; result.isError() && i < result.length(); i++) {
        text.append("<0x%02X>".formatted(bytes.get() & 0xFF));
      }
    }
    return text.toString();
  }
}
