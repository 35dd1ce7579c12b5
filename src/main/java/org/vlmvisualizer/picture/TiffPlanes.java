package org.vlmvisualizer.picture;

import ij.io.FileInfo;
import ij.io.FileOpener;
import ij.io.TiffDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;

/** How many slices and time points ImageJ will find in a TIFF, told from its pages alone. */
final class TiffPlanes {
  private TiffPlanes() {}

  /**
   * @return [slices, time points], or null if the file must be opened to know
   */
  static int[] count(Path file) throws IOException {
    FileInfo[] pages =
        new TiffDecoder(file.getParent().toString(), file.getFileName().toString()).getTiffInfo();
    if (pages == null || pages.length == 0 || pages[0].fileType == FileInfo.RGB48) {
      return null;
    }
    for (FileInfo page : pages) {
      if (!isLike(page, pages[0])) {
        return null;
      }
    }
    return count(pages[0], Math.max(pages.length, pages[0].nImages));
  }

  /** Whether both are planes of one stack, and not channels of one plane. */
  private static boolean isLike(FileInfo page, FileInfo first) {
    int bytes = page.getBytesPerPixel();
    return page.width == first.width
        && page.height == first.height
        && page.fileType == first.fileType
        && (page.samplesPerPixel <= 1 || bytes == 3 || bytes == 4);
  }

  private static int[] count(FileInfo first, int planes) {
    Properties written = new FileOpener(first).decodeDescriptionString(first);
    if (planes > 1 && written != null) {
      long channels = number(written, "channels");
      long slices = number(written, "slices");
      long frames = number(written, "frames");
      if (channels * slices * frames == planes) {
        return new int[] {(int) slices, (int) frames};
      }
    }
    return new int[] {planes, 1};
  }

  /** As ImageJ reads it. */
  private static long number(Properties written, String key) {
    try {
      return Math.max(1, (long) Double.parseDouble(written.getProperty(key, "1")));
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
