package org.vlmvisualizer.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The characters of an answer, and which of them each token has a part in. A vocabulary may split a
 * character between tokens, whose texts are its bytes of UTF-8, as {@code <0xE7>}: here it is one
 * character again.
 *
 * @param characters code points; a line break stands for a control token
 * @param starts [T] number of the character that a token begins with or within
 * @param ends [T] behind the last character that a token has a part in
 * @param within [T] whether a token begins within a character that the token before began
 */
record AnswerText(int[] characters, int[] starts, int[] ends, boolean[] within) {
  private static final int GAP = '\n';
  private static final Pattern BYTE = Pattern.compile("<0x([0-9A-F]{2})>");
  private static final Pattern CONTROL = Pattern.compile("<[^\\s<>]+>");

  static AnswerText of(List<GeneratedToken> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] offsets = new int[tokens.size() + 1];
    for (int t = 0; t < tokens.size(); t++) {
      bytes.writeBytes(bytes(tokens.get(t)));
      offsets[t + 1] = bytes.size();
    }
    return of(bytes.toByteArray(), offsets);
  }

  /** Whether a token has no text of its own: {@code </s>}, {@code <|im_end|>}. */
  static boolean isControl(GeneratedToken token) {
    String text = token.text();
    return text.isEmpty() || CONTROL.matcher(text).matches() && !BYTE.matcher(text).matches();
  }

  private static byte[] bytes(GeneratedToken token) {
    if (isControl(token)) {
      return new byte[] {GAP};
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher matcher = BYTE.matcher(token.text());
    int end = 0;
    while (matcher.find()) {
      bytes.writeBytes(utf8(token.text().substring(end, matcher.start())));
      bytes.write(Integer.parseInt(matcher.group(1), 16));
      end = matcher.end();
    }
    bytes.writeBytes(utf8(token.text().substring(end)));
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param offsets [T + 1] where in the bytes each token begins, and the end
   */
  private static AnswerText of(byte[] bytes, int[] offsets) {
    int[] characters = new int[bytes.length];
    int[] ofByte = new int[bytes.length + 1]; // the number of the character that a byte is part of
    boolean[] first = new boolean[bytes.length + 1];
    int count = 0;
    for (int i = 0; i < bytes.length; ) {
      int length = length(bytes, i);
      String character = new String(bytes, i, length, StandardCharsets.UTF_8);
      characters[count] = character.codePointAt(0);
      first[i] = true;
      for (int k = 0; k < length; k++) {
        ofByte[i++] = count;
      }
      count++;
    }
    int tokens = offsets.length - 1;
    int[] starts = new int[tokens];
    int[] ends = new int[tokens];
    boolean[] within = new boolean[tokens];
    for (int t = 0; t < tokens; t++) {
      starts[t] = ofByte[offsets[t]];
      ends[t] = ofByte[offsets[t + 1] - 1] + 1;
      within[t] = !first[offsets[t]];
    }
    return new AnswerText(Arrays.copyOf(characters, count), starts, ends, within);
  }

  /**
   * How many bytes the character at a place has; 1 where they are none, as of an answer cut off.
   */
  private static int length(byte[] bytes, int at) {
    int lead = bytes[at] & 0xff;
    int length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    for (int k = 1; k < length; k++) {
      if (at + k >= bytes.length || (bytes[at + k] & 0xc0) != 0x80) {
        return 1;
      }
    }
    return length;
  }

  /** A character, or a gap beyond the ends. */
  int at(int place) {
    return place < 0 || place >= characters.length ? GAP : characters[place];
  }

  /** The text of some tokens, without white space around it. */
  String of(int firstToken, int lastToken) {
    int start = starts[firstToken];
    return new String(characters, start, ends[lastToken] - start).strip();
  }
}
