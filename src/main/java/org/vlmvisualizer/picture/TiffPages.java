package org.vlmvisualizer.picture;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/**
 * The directories of a TIFF file, one per page. ImageJ follows them wherever they lead and
 * allocates what they claim.
 */
final class TiffPages {
  private static final int ENTRY = 12;
  private static final int SHORT = 3; // the type of a value in two bytes
  private static final int MAX_ENTRIES = 1000; // ImageJ takes more for the end of the list

  /** Most bytes to read, in lengths of the file; an array that pages share is read for each. */
  private static final int MAX_READS = 4;

  private final RandomAccessFile file;
  private final String shownAs;
  private final ByteOrder order;
  private final long length;
  private long budget;

  private TiffPages(RandomAccessFile file, String shownAs) throws IOException {
    this.file = file;
    this.shownAs = shownAs;
    order = file.readUnsignedShort() == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    length = file.length();
    budget = MAX_READS * length + 100;
  }

  /**
   * @throws InputException if the list of pages has no end, something that it leads to lies beyond
   *     the end of the file, or ImageJ would show other pixels than those stored
   */
  static void check(Path path, String shownAs) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      new TiffPages(file, shownAs).check();
    } catch (EOFException e) {
      throw CutShort.refused(shownAs, "a list of its pages lies beyond its end");
    }
  }

  private void check() throws IOException {
    Set<Long> seen = new HashSet<>();
    long page = unsigned(bytes(4, 4).getInt());
    while (page != 0) {
      if (!seen.add(page)) {
        throw endless();
      }
      int count = bytes(page, 2).getShort() & 0xffff;
      if (count < 1 || count > MAX_ENTRIES) {
        return;
      }
      ByteBuffer entries = bytes(page + 2, ENTRY * count + 4);
      for (int i = 0; i < count; i++) {
        checkArray(entries, ENTRY * i);
        checkMeaning(entries, ENTRY * i);
      }
      page = unsigned(entries.getInt(ENTRY * count));
    }
  }

  private void checkArray(ByteBuffer entries, int at) {
    int tag = entries.getShort(at) & 0xffff;
    int type = entries.getShort(at + 2);
    long count = unsigned(entries.getInt(at + 4));
    long bytes = count * bytesPerValue(tag, type);
    if (count > 1 && bytes > 4) {
      CutShort.check(unsigned(entries.getInt(at + 8)) + bytes, length, shownAs);
      spend(bytes);
    }
  }

  /** What ImageJ 1.54p passes over, to show noise or wrong colours in silence. */
  private void checkMeaning(ByteBuffer entries, int at) {
    int value =
        entries.getShort(at + 2) == SHORT ? entries.getShort(at + 8) : entries.getInt(at + 8);
    String found =
        switch (entries.getShort(at) & 0xffff) {
          case 259 -> value == 7 ? "JPEG compression" : null; // refused by itself in wide ones only
          case 262 ->
              switch (value) {
                case 6 -> "YCbCr colours";
                case 8, 9, 10 -> "CIELab colours";
                default -> null;
              };
          case 317 -> value == 3 ? "the floating point predictor" : null;
          default -> null;
        };
    if (found != null) {
      throw new InputException(
          "Expected a TIFF that ImageJ reads rightly, found one with %s in %s. Save it in another program as RGB or grey, uncompressed or with LZW."
              .formatted(found, shownAs));
    }
  }

  /** As ImageJ reads them; 0 for tags that it passes over. */
  private static int bytesPerValue(int tag, int type) {
    return switch (tag) {
      case 270, 305, 306, 315, 316 -> 1; // texts
      case 273, 50838 -> 4; // offsets of strips, sizes of ImageJ's own texts
      case 279 -> type == 3 ? 2 : 4; // bytes of strips
      default -> 0;
    };
  }

  private ByteBuffer bytes(long offset, int count) throws IOException {
    spend(count);
    byte[] bytes = new byte[count];
    file.seek(offset);
    file.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(order);
  }

  private void spend(long bytes) {
    budget -= bytes;
    if (budget < 0) {
      throw endless();
    }
  }

  private InputException endless() {
    return new InputException(
        "Expected a list of pages with an end, found one that runs in a circle in %s, which is damaged. Copy or download it again."
            .formatted(shownAs));
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
