package org.vlmvisualizer.picture;

import ij.ImagePlus;
import ij.io.Opener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/**
 * The planes of a picture file that are asked about, each a picture of its own.
 *
 * @param planes one at least, by series, then time points, then slices
 * @param files what they are read from beside the file itself: those of a plate, of which each
 *     would otherwise be a picture, too
 */
public record FilePlanes(List<FilePlane> planes, Set<Path> files) {
  private static final int MOST = 1_000_000;
  private static final FilePlanes ONE = new FilePlanes(List.of(FilePlane.FIRST), Set.of());

  /**
   * Looks a file's planes up, which opens it where more than the first are wanted and there may be
   * some.
   *
   * @param progress may cancel
   * @throws InputException if it cannot be opened
   */
  public static FilePlanes of(Path file, PlaneChoice choice, Progress progress) {
    String name = file.getFileName().toString();
    boolean isFirst = choice == PlaneChoice.FIRST;
    if (FileKinds.needsBioFormats(name) || !isFirst && FileKinds.isOmeTiff(name)) {
      return isFirst
          ? new FilePlanes(List.of(FilePlane.ofSeries(0, "", 0, 0)), Set.of())
          : BioFormats.planes(file, choice == PlaneChoice.ALL, progress);
    }
    if (choice != PlaneChoice.ALL || FileKinds.hasOnePlane(name)) {
      return ONE;
    }
    int[] count = count(file, progress);
    List<FilePlane> planes = new ArrayList<>();
    add(planes, false, 0, "", count[0], count[1], file);
    return new FilePlanes(planes, Set.of());
  }

  /** Adds all planes of an image. */
  static void add(
      List<FilePlane> planes,
      boolean bioFormats,
      int series,
      String label,
      int slices,
      int frames,
      Path file) {
    if (planes.size() + (long) slices * frames > MOST) {
      throw new InputException(
          "Expected a file with at most %,d planes, found more in %s. Divide it."
              .formatted(MOST, file));
    }
    for (int t = 1; t <= frames; t++) {
      for (int z = 1; z <= slices; z++) {
        planes.add(
            new FilePlane(bioFormats, series, label, slices > 1 ? z : 0, frames > 1 ? t : 0));
      }
    }
  }

  /** Slices and time points. */
  private static int[] count(Path file, Progress progress) {
    int[] told =
        ImageOpener.look(
            file,
            progress,
            () -> new Opener().getFileType(file.toString()) == Opener.TIFF ? tiff(file) : null);
    return told != null ? told : ImageOpener.planes(file, progress, FilePlanes::count);
  }

  private static int[] tiff(Path file) throws IOException {
    PictureCheck.check(file, file.toString());
    try {
      return TiffPlanes.count(file);
    } catch (IOException e) {
      return null; // ImageJ will say what is wrong with it
    }
  }

  private static int[] count(ImagePlus image) {
    return new int[] {image.getNSlices(), image.getNFrames()};
  }
}
