package org.vlmvisualizer.output;

import ij.ImagePlus;
import ij.ImageStack;
import ij.Prefs;
import ij.VirtualStack;
import ij.io.FileInfo;
import ij.io.FileSaver;
import ij.io.TiffEncoder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Writes an image as ImageJ TIFF. {@link FileSaver#saveAsTiff} would rename the image after the
 * file and show an error as a dialog; this is its inside without these.
 */
final class TiffFile {
  private TiffFile() {}

  /**
   * Writes pixels, slice labels, calibration, colour map, display range and Info.
   *
   * @throws IOException if the file cannot be written in full
   */
  static void write(ImagePlus image, Path file) throws IOException {
    FileInfo info = image.getFileInfo();
    FileSaver saver = new FileSaver(image);
    info.description = saver.getDescriptionString();
    if (image.isComposite()) {
      saver.saveDisplayRangesAndLuts(image, info);
    }
    if (image.getStack() instanceof VirtualStack planes) {
      info.virtualStack = planes;
    }
    info.info = image.getInfoProperty();
    info.sliceLabels = labels(image);
    info.properties = image.getPropertiesAsArray();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      bigEndian(info).write(out);
    }
  }

  /**
   * An encoder that writes the high byte first. ImageJ 1.54p misreads its own little-endian text:
   * of {@code lo & 255 + (hi << 8)} Java adds first, so a label in Cyrillic or Chinese comes back
   * as Latin letters. The byte order can only be had through a preference, read by the constructor.
   */
  private static synchronized TiffEncoder bigEndian(FileInfo info) {
    boolean preference = Prefs.intelByteOrder;
    try {
      Prefs.intelByteOrder = false;
      return new TiffEncoder(info);
    } finally {
      Prefs.intelByteOrder = preference;
    }
  }

  private static String[] labels(ImagePlus image) {
    ImageStack stack = image.getStack();
    String[] labels =
        IntStream.rangeClosed(1, stack.size())
            .mapToObj(stack::getSliceLabel)
            .toArray(String[]::new);
    return labels[0] == null ? null : labels;
  }
}
