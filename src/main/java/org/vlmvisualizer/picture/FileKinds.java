package org.vlmvisualizer.picture;

import java.util.Locale;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/** What is told of a file by its name alone. */
public final class FileKinds {
  private static final Set<String> PICTURES =
      Set.of(
          "tif", "tiff", "png", "jpg", "jpeg", "gif", "bmp", "dcm", "dicom", "fits", "fit", "fts",
          "pgm", "ppm", "pbm", "avi");

  private static final Set<String> ZARR = Set.of("zarr", "n5");

  private static final Set<String> ONE_PLANE =
      Set.of("png", "jpg", "jpeg", "bmp", "pgm", "ppm", "pbm");

  /** Of microscopes, slide scanners and plate readers: those that hold images or list them. */
  private static final Set<String> MICROSCOPES =
      Set.of(
          "bif", "btf", "c01", "cif", "czi", "dv", "flex", "htd", "ics", "im3", "ims", "lei", "lif",
          "lof", "lsm", "mea", "mrc", "mrxs", "mvd2", "nd", "nd2", "ndpi", "ndpis", "obf", "oib",
          "oif", "oir", "ome", "qptiff", "r3d", "scn", "sld", "sldy", "stk", "svs", "tf2", "tf8",
          "vms", "vsi", "wpi", "xdce", "zvi");

  /** The lists of plates whose readers' files have no name of their own. */
  private static final Set<String> PLATES =
      Set.of("index.idx.xml", "index.ref.xml", "measurementindex.columbusidx.xml");

  private FileKinds() {}

  /** Whether it is expected to be a picture. */
  public static boolean isPicture(String name) {
    return PICTURES.contains(extension(name)) || needsBioFormats(name) || isZarr(name);
  }

  /** Whether Bio-Formats reads it and ImageJ itself does not, or not all of it. */
  public static boolean needsBioFormats(String name) {
    return MICROSCOPES.contains(extension(name)) || PLATES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether it may have several images, of which ImageJ itself sees no more than planes. */
  static boolean isOmeTiff(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".+\\.ome\\.tiff?");
  }

  /** Whether it may be read from other files, too, each of which looks like a picture. */
  public static boolean mayHaveParts(String name) {
    return needsBioFormats(name) || isOmeTiff(name);
  }

  static boolean hasOnePlane(String name) {
    return ONE_PLANE.contains(extension(name));
  }

  /** Whether a folder of this name is one image or plate, in Zarr or N5. */
  public static boolean isZarr(String folder) {
    return ZARR.contains(extension(folder));
  }

  /** Why such a folder cannot be asked about. */
  public static InputException zarrRefusal(String folder) {
    return new InputException(
        "Expected a picture file, found an image in Zarr or N5: %s. Open it in Fiji, by its own opener for Zarr and N5, and save it as TIFF."
            .formatted(folder));
  }

  /** In small letters; empty for none. */
  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 1 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
