package org.vlmvisualizer.picture;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.InputException;

/** The header of a PBM, PGM or PPM file, and how much follows it. */
final class PnmFile {
  private static final int MAX_VALUE = 65_535;

  private final InputStream in;
  private long read;
  private int last;

  private PnmFile(InputStream in) {
    this.in = in;
  }

  /**
   * @throws InputException if its sizes cannot be, its pixels are not all there, or ImageJ would
   *     misread it
   */
  static void check(Path file, String shownAs) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      new PnmFile(in).check(Files.size(file), shownAs);
    } catch (EOFException e) {
      throw CutShort.refused(
          shownAs, "its %,d bytes end inside of the header".formatted(Files.size(file)));
    }
  }

  private void check(long length, String shownAs) throws IOException {
    next();
    int kind = next() - '0';
    boolean plain = kind <= 3;
    int channels = kind == 3 || kind == 6 ? 3 : 1;
    if (kind == 4) {
      throw new InputException(
          "Expected another format than packed PBM (P4), of which ImageJ misreads pixels, found it in %s. Save it as PNG or TIFF."
              .formatted(shownAs));
    }
    next();
    long width = number();
    long height = number();
    long highest = kind == 1 ? 1 : number();
    if (highest < 1 || highest > MAX_VALUE) {
      throw new InputException(
          "Expected a highest value of 1 to %,d, found %,d in %s. Write it again in another program."
              .formatted(MAX_VALUE, highest, shownAs));
    }
    int bytes = highest > 255 ? 2 : 1;
    Size.check(width, height, Math.max(4, channels * bytes), 1, shownAs);
    if (plain) {
      checkNumbers(width * height * channels, shownAs);
    } else {
      CutShort.check(read + width * height * channels * bytes, length, shownAs);
    }
  }

  /** ImageJ takes words of digits for numbers; a PBM may have its bits without spaces. */
  private void checkNumbers(long expected, String shownAs) throws IOException {
    long found = 0;
    boolean inside = false;
    for (int c = in.read(); c >= 0; c = in.read()) {
      boolean digit = c >= '0' && c <= '9';
      found += digit && !inside ? 1 : 0;
      inside = digit;
    }
    if (found < expected) {
      throw CutShort.refused(
          shownAs,
          "expected %,d numbers with spaces between, found %,d".formatted(expected, found));
    }
  }

  /** The next number of the header, with the one character behind it. */
  private long number() throws IOException {
    while (last < '0' || last > '9') {
      if (last == '#') {
        skipLine();
      }
      next();
    }
    long value = 0;
    while (last >= '0' && last <= '9') {
      value = Math.min(10 * value + last - '0', Integer.MAX_VALUE);
      next();
    }
    return value;
  }

  private void skipLine() throws IOException {
    while (last != '\n' && last != '\r') {
      next();
    }
  }

  private int next() throws IOException {
    last = in.read();
    read++;
    if (last < 0) {
      throw new EOFException();
    }
    return last;
  }
}
