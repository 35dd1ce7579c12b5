package org.vlmvisualizer.picture;

import ij.ImagePlus;
import ij.gui.Roi;
import java.nio.file.Path;
import java.util.function.Function;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Reads a plane of a picture file in the colours that ImageJ shows it in. */
public final class PlaneReader {
  private PlaneReader() {}

  /**
   * What was read.
   *
   * @param leftOut what of the file was not, where only its first plane was; or empty
   */
  public record Read(ImageInput input, String leftOut) {}

  /**
   * Reads a plane.
   *
   * @param roi as in {@link ImageInput#of(ImagePlus, Roi)}
   * @param progress may cancel
   * @throws InputException if it cannot be read
   */
  public static Read read(Path file, FilePlane plane, Roi roi, Progress progress) {
    if (plane.bioFormats()) {
      return BioFormats.read(file, plane, roi, progress);
    }
    return plane.equals(FilePlane.FIRST)
        ? ImageOpener.open(file.toString(), progress, image -> first(image, roi))
        : ImageOpener.planes(file, progress, at(file, plane, roi));
  }

  private static Read first(ImagePlus image, Roi roi) {
    int slices = image.getNSlices() * image.getNFrames();
    return new Read(
        ImageInput.of(image, roi), slices > 1 ? "the first of %d slices".formatted(slices) : "");
  }

  private static Function<ImagePlus, Read> at(Path file, FilePlane plane, Roi roi) {
    return image -> {
      int z = Math.max(1, plane.z());
      int t = Math.max(1, plane.t());
      if (z > image.getNSlices() || t > image.getNFrames()) {
        throw new InputException(
            "Expected %s in %s, found %d slices and %d time points. Was the file replaced?"
                .formatted(plane.text(), file, image.getNSlices(), image.getNFrames()));
      }
      image.setPosition(image.getC(), z, t);
      return new Read(titled(ImageInput.of(image, roi), plane), "");
    };
  }

  /** With the plane behind the title of its image. */
  static ImageInput titled(ImageInput input, FilePlane plane) {
    var source = input.source();
    return new ImageInput(
        input.picture(),
        source.slice(source.title() + " " + plane.text(), source.checksum(), source.place()));
  }
}
