package org.vlmvisualizer.roi;

import ij.gui.Roi;
import ij.io.RoiDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;

/**
 * Reads what the ROI Manager saves: one ROI as .roi, several as .zip. Without a display there is no
 * ROI Manager to open them.
 */
final class RoiFile {
  private static final int MAX_BYTES = 64 << 20;
  private static final String SUFFIX = ".roi";

  private RoiFile() {}

  /**
   * The ROIs in their order, named as they were in the ROI Manager.
   *
   * @throws InputException if it does not exist or holds anything but ROIs
   */
  static List<Roi> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
        return List.of(decode(in, file.getFileName().toString()));
      }
      List<Roi> rois = new ArrayList<>();
      ZipInputStream zip = new ZipInputStream(in);
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(SUFFIX)) {
          rois.add(decode(zip, entry.getName()));
        }
      }
      if (rois.isEmpty()) {
        throw new IOException("no ROI in it");
      }
      return rois;
    } catch (IOException | IllegalArgumentException e) {
      throw new InputException(
          "Expected ROIs as the ROI Manager saves them (.roi, .zip), found %s, which cannot be read (%s)."
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  private static Roi decode(InputStream in, String name) throws IOException {
    Roi roi;
    byte[] bytes = in.readNBytes(MAX_BYTES);
    try {
      roi = RoiDecoder.openFromByteArray(bytes); // null if it is none
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new IOException("a damaged ROI", e); // the decoder trusts the sizes that it reads
    }
    if (roi == null) {
      throw new IOException("no ROI");
    }
    if (roi.getName() == null || roi.getName().isBlank()) {
      roi.setName(
          name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name);
    }
    return roi;
  }
}
