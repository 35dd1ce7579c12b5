package org.vlmvisualizer.picture;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A plane of a picture file.
 *
 * @param bioFormats whether Bio-Formats reads the file, and not ImageJ itself
 * @param series number of its image in the file, from 1; 0 where there is one only
 * @param label what that image is called: a well and a field, or a name; or empty
 * @param z slice, from 1; 0 where there is one only, or the first is meant
 * @param t time point, likewise
 */
public record FilePlane(boolean bioFormats, int series, String label, int z, int t)
    implements Serializable {
  /** The first that ImageJ itself reads. */
  public static final FilePlane FIRST = new FilePlane(false, 0, "", 0, 0);

  /** The same slice and time point of a file that Bio-Formats reads. */
  static FilePlane ofSeries(int series, String label, int z, int t) {
    return new FilePlane(true, series, label, z, t);
  }

  /** What stands behind the file's name: {@code #2 B03 field 1 z=3 t=12}; empty of the first. */
  public String text() {
    List<String> parts = new ArrayList<>();
    if (series > 0) {
      parts.add("#" + series);
    }
    if (!label.isEmpty()) {
      parts.add(label);
    }
    if (z > 0) {
      parts.add("z=" + z);
    }
    if (t > 0) {
      parts.add("t=" + t);
    }
    return String.join(" ", parts);
  }

  /** A name for a folder, of its numbers alone: {@code s0002-z0003-t0012}; empty of the first. */
  public String folder() {
    List<String> parts = new ArrayList<>();
    if (series > 0) {
      parts.add("s%04d".formatted(series));
    }
    if (z > 0) {
      parts.add("z%04d".formatted(z));
    }
    if (t > 0) {
      parts.add("t%04d".formatted(t));
    }
    return String.join("-", parts);
  }
}
