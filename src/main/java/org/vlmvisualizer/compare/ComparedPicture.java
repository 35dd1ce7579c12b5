package org.vlmvisualizer.compare;

import java.awt.geom.AffineTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.vlmvisualizer.area.PatchOverlap;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.ask.BatchPicture;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.roi.NamedRegion;
import org.vlmvisualizer.roi.RoiFile;

/**
 * A picture to compare methods on.
 *
 * @param picture opened when its turn comes
 * @param regions where things truly are in it, in pixels of the picture that is asked about
 * @param regionsKey tells these regions from others
 */
public record ComparedPicture(
    BatchPicture picture, Function<ImageInput, List<Target.Named>> regions, String regionsKey) {

  /**
   * The pictures of a folder, each with the ROIs of the file beside it: of {@code field.tif} those
   * in {@code field.zip} or {@code field.roi}, as the ROI Manager saves them.
   *
   * @throws InputException as {@link PictureFolder#of}
   */
  public static List<ComparedPicture> inFolder(Path folder) {
    List<ComparedPicture> all = new ArrayList<>();
    for (BatchPicture picture : PictureFolder.of(folder, null).pictures()) {
      Path rois = rois(folder, picture.name());
      all.add(
          rois == null
              ? new ComparedPicture(picture, input -> List.of(), "none")
              : new ComparedPicture(
                  picture, input -> named(RoiFile.regions(rois), input), RoiFile.checksum(rois)));
    }
    return all;
  }

  private static Path rois(Path folder, String name) {
    int dot = name.lastIndexOf('.');
    for (String suffix : List.of(".zip", ".roi")) {
      Path file = folder.resolve(name.substring(0, dot) + suffix);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  /**
   * Regions of a whole image, in pixels of the part of it that is asked about. Those that lie
   * elsewhere are passed over.
   *
   * @throws InputException if all do
   */
  public static List<Target.Named> named(List<NamedRegion> regions, ImageInput input) {
    AffineTransform toPicture =
        AffineTransform.getTranslateInstance(-input.source().originX(), -input.source().originY());
    List<Target.Named> all =
        regions.stream()
            .filter(region -> region.region() != null)
            .map(region -> new Target.Named(region.name(), region.region().transform(toPicture)))
            .toList();
    RgbPicture picture = input.picture();
    List<Target.Named> within =
        all.stream().filter(named -> isWithin(named.region(), picture)).toList();
    if (within.isEmpty() && !all.isEmpty()) {
      throw new InputException(
          "Expected ROIs within the picture of %d x %d pixels, found %s outside of it; draw them on the same picture."
              .formatted(picture.width(), picture.height(), all.get(0).name()));
    }
    return within;
  }

  private static boolean isWithin(Region region, RgbPicture picture) {
    int width = picture.width();
    int height = picture.height();
    Grid whole = Grid.stretched(width, height, 1, 1, 1);
    return PatchOverlap.of(region, whole)[0] > 0;
  }
}
