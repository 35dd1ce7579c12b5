package org.vlmvisualizer.ask;

import ij.ImagePlus;
import ij.gui.Roi;
import java.awt.Rectangle;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.picture.ImageInput;

/**
 * How large is what will be asked about, before any of it is read.
 *
 * @param pictures of one question; of each, the size alone is known
 * @param timePoints whether they are those of one video, where the model takes videos
 * @param questions how many such questions there will be
 */
public record AskedSizes(List<RgbPicture> pictures, boolean timePoints, int questions) {

  /** A picture by itself. */
  public static AskedSizes of(ImageInput input) {
    return new AskedSizes(List.of(size(input)), false, 1);
  }

  /**
   * What is chosen of an image.
   *
   * @param roi as in {@link ImageInput#of(ImagePlus, Roi)}
   * @param most as in {@link StackPictures#of}
   * @throws InputException if it cannot be asked about
   */
  public static AskedSizes of(ImagePlus image, StackChoice which, Roi roi, int most) {
    RgbPicture one = size(image, roi);
    if (which == StackChoice.CURRENT) {
      return new AskedSizes(List.of(one), false, 1);
    }
    int count = StackPictures.positions(image, which, most).length;
    if (!which.isTogether()) {
      return new AskedSizes(List.of(one), false, count);
    }
    Together.requireCount(count);
    return new AskedSizes(Collections.nCopies(count, one), which.isTime(), 1);
  }

  /**
   * Open images in one question.
   *
   * @param names as in {@link NamedPictures#of}
   * @param timePoints whether they are those of one video
   * @return empty if one of them is a file
   * @throws InputException if they are too few or too many, or one cannot be asked about
   */
  public static Optional<AskedSizes> ofOpen(
      List<String> names, boolean selection, boolean timePoints) {
    Together.requireCount(names.size());
    List<RgbPicture> sizes =
        names.stream()
            .flatMap(name -> NamedPictures.open(name).stream().limit(1))
            .map(image -> size(image, selection ? image.getRoi() : null))
            .toList();
    return Optional.of(new AskedSizes(sizes, timePoints, 1))
        .filter(s -> sizes.size() == names.size());
  }

  static AskedSizes of(Stream<ImageInput> inputs, boolean timePoints) {
    return new AskedSizes(inputs.map(AskedSizes::size).toList(), timePoints, 1);
  }

  private static RgbPicture size(ImageInput input) {
    return RgbPicture.ofSize(input.picture().width(), input.picture().height());
  }

  private static RgbPicture size(ImagePlus image, Roi roi) {
    Rectangle region = ImageInput.region(image, roi);
    return RgbPicture.ofSize(region.width, region.height);
  }
}
