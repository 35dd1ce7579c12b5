package org.vlmvisualizer.roi;

import ij.gui.Roi;
import ij.io.RoiDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
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
public final class RoiFile {
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

  /**
   * Their regions; they count as drawn on the source image.
   *
   * @throws InputException as {@link #read}, or if a corner is no number
   */
  public static List<NamedRegion> regions(Path file) {
    return read(file).stream().map(roi -> NamedRegion.of(roi.getName(), roi)).toList();
  }

  /**
   * Of the file's bytes.
   *
   * @throws InputException if it cannot be read
   */
  public static String checksum(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (IOException e) {
      throw new InputException(
          "The file %s cannot be read (%s). Was it moved or deleted?"
              .formatted(file, FileTrouble.reason(e)),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
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
