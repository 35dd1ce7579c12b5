package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import ij.gui.Roi;
import ij.util.StringSorter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.picture.ImageOpener;

/**
 * The pictures of a folder, in the order that people count in: 2.png before 10.png. Folders inside
 * it are not looked into; hidden files are passed over.
 *
 * @param pictures files that by their names are pictures that ImageJ opens
 * @param skipped the other files
 */
public record PictureFolder(List<BatchPicture> pictures, List<String> skipped) {
  private static final Set<String> PICTURES =
      Set.of(
          "tif", "tiff", "png", "jpg", "jpeg", "gif", "bmp", "dcm", "dicom", "fits", "fit", "fts",
          "pgm", "ppm", "pbm", "avi");

  /**
   * Lists a folder.
   *
   * @param region the part of each picture to ask about, or null for all of it
   * @throws InputException if it is no folder, cannot be read or has no pictures
   */
  public static PictureFolder of(Path folder, Roi region) {
    List<BatchPicture> pictures = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (String name : names(folder)) {
      if (PICTURES.contains(extension(name))) {
        pictures.add(picture(pictures.size() + 1, folder, name, region));
      } else {
        skipped.add(name);
      }
    }
    if (pictures.isEmpty()) {
      throw new InputException(
          "Expected a folder with pictures (such as TIFF, PNG, JPEG), found none in %s."
              .formatted(folder));
    }
    return new PictureFolder(List.copyOf(pictures), List.copyOf(skipped));
  }

  private static String[] names(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("Expected a folder with pictures, found none: " + folder + ".");
    }
    try (Stream<Path> files = Files.list(folder)) {
      String[] names =
          files
              .filter(file -> !Files.isDirectory(file))
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.startsWith("."))
              .sorted()
              .toArray(String[]::new);
      return StringSorter.sortNumerically(names);
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "The folder %s cannot be read (%s). Check its permissions."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }

  private static BatchPicture picture(int frame, Path folder, String name, Roi region) {
    return new BatchPicture(
        frame,
        name,
        folderName(name),
        0,
        () -> identity(file(folder, name), region),
        progress -> read(file(folder, name), region, progress));
  }

  private static Path file(Path folder, String name) {
    LocaleText.require(name);
    return folder.resolve(name);
  }

  /**
   * With the extension, or a.png and a.tif would share a folder; with - for the dot, or it could be
   * taken for the picture, or stand in its place. A picture whose name cannot be read gets no
   * results, but its folder is looked for.
   */
  public static String folderName(String name) {
    int dot = name.lastIndexOf('.');
    return (name.substring(0, dot) + "-" + name.substring(dot + 1))
        .replace(LocaleText.UNREADABLE, '_');
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 1 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** Reading all of a file to know whether it changed would take as long as opening it. */
  private static JsonObject identity(Path file, Roi region) {
    try {
      JsonObject identity = new JsonObject();
      identity.addProperty("file", file.getFileName().toString());
      identity.addProperty("size", Files.size(file));
      identity.addProperty("modified", Files.getLastModifiedTime(file).toString());
      identity.addProperty("region", region == null ? "all" : region.getBounds().toString());
      return identity;
    } catch (IOException e) {
      throw new InputException(
          "The file %s cannot be read (%s). Was it moved or deleted?"
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  private static BatchPicture.Content read(Path file, Roi region, Progress progress) {
    return ImageOpener.open(
        file.toAbsolutePath().toString(),
        progress,
        image -> {
          int slices = image.getNSlices() * image.getNFrames();
          return new BatchPicture.Content(
              ImageInput.of(image, region),
              slices > 1 ? "the first of %d slices".formatted(slices) : "");
        });
  }
}
