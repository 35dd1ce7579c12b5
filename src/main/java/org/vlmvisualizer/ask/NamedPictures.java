package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.Roi;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.ImageInput;

/** Pictures that people name one by one: open images by their titles, or files by their paths. */
public final class NamedPictures {
  private static final String SEPARATOR = ";";

  private NamedPictures() {}

  /** The names in a text like {@code a.tif;b.tif}; none in a blank one. */
  public static List<String> names(String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(SEPARATOR))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .toList();
  }

  /**
   * Open images, or files.
   *
   * @param names titles of open images, paths or addresses of files
   * @param selection whether an open image's area selection limits the question to its bounding box
   */
  public static List<BatchPicture> of(List<String> names, boolean selection) {
    return pictures(names, (name, progress) -> read(name, selection, progress));
  }

  /**
   * Files.
   *
   * @param region as in {@link ImageInput#of(ImagePlus, Roi)}
   */
  public static List<BatchPicture> files(List<String> paths, Roi region) {
    return pictures(paths, (path, progress) -> ImageInput.open(path, region, progress));
  }

  private static List<BatchPicture> pictures(
      List<String> names, BiFunction<String, Progress, ImageInput> read) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> picture(i + 1, names.get(i), progress -> read.apply(names.get(i), progress)))
        .toList();
  }

  private static BatchPicture picture(
      int number, String name, Function<Progress, ImageInput> read) {
    return new BatchPicture(
        number,
        name,
        "p%04d".formatted(number),
        0,
        JsonObject::new,
        progress -> new BatchPicture.Content(read.apply(progress), ""));
  }

  private static ImageInput read(String name, boolean selection, Progress progress) {
    List<ImagePlus> open = open(name);
    if (open.size() > 1) {
      throw new InputException(
          "Expected one open image with the title '%s', found %d; rename them."
              .formatted(name, open.size()));
    }
    if (open.size() == 1) {
      ImagePlus image = open.get(0);
      return ImageInput.of(image, selection ? image.getRoi() : null);
    }
    if (!isFile(name)) {
      throw new InputException(
          "Expected the titles of open images or paths of picture files, with ; between them, found '%s', which is neither."
              .formatted(name));
    }
    return ImageInput.open(name, null, progress);
  }

  /** The open images with a title. */
  static List<ImagePlus> open(String title) {
    int[] ids = WindowManager.getIDList();
    return ids == null
        ? List.of()
        : Arrays.stream(ids)
            .mapToObj(WindowManager::getImage)
            .filter(image -> image != null && image.getTitle().equals(title))
            .toList();
  }

  private static boolean isFile(String name) {
    try {
      return name.matches("(?i)(https?|file):.*") || Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
