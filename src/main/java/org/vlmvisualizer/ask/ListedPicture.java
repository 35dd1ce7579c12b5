package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import ij.gui.Roi;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.FilePlane;
import org.vlmvisualizer.picture.PlaneReader;

/**
 * A picture of a folder or a list as words and numbers alone, so that it can be handed to another
 * program, which finds the same files under the same paths.
 *
 * @param frame its number, from 1
 * @param name what people call it
 * @param result folder for its results, with / between
 * @param folder that the file's name is relative to
 * @param file its path in that folder, with / between
 * @param plane what of the file it is
 * @param parts tells the files that it is read from beside its own from what they were; or empty
 * @param refusal why it cannot be read, as far as that is known already; or empty
 * @param question of its own, or empty
 * @param carried what it brings into the tables
 */
public record ListedPicture(
    int frame,
    String name,
    String result,
    String folder,
    String file,
    FilePlane plane,
    String parts,
    String refusal,
    String question,
    List<String> carried)
    implements Serializable {

  /**
   * The picture to ask about.
   *
   * @param region the part of it, or null for all of it
   */
  public BatchPicture picture(Roi region) {
    return new BatchPicture(
        frame,
        name,
        result,
        0,
        () -> identity(region),
        progress -> read(region, progress),
        question,
        carried);
  }

  /**
   * @throws InputException if Java cannot name it
   */
  private Path path() {
    LocaleText.require(file);
    return Path.of(folder).resolve(file);
  }

  private BatchPicture.Content read(Roi region, Progress progress) {
    if (!refusal.isEmpty()) {
      throw new InputException(refusal);
    }
    PlaneReader.Read read = PlaneReader.read(path().toAbsolutePath(), plane, region, progress);
    return new BatchPicture.Content(read.input(), read.leftOut());
  }

  /** Reading all of a file to know whether it changed would take as long as opening it. */
  private JsonObject identity(Roi region) {
    Path path = path();
    try {
      JsonObject identity = new JsonObject();
      identity.addProperty("file", name);
      identity.addProperty("size", Files.size(path));
      identity.addProperty("modified", Files.getLastModifiedTime(path).toString());
      identity.addProperty("region", region == null ? "all" : region.getBounds().toString());
      if (plane.bioFormats()) {
        identity.addProperty("reader", "Bio-Formats");
        identity.addProperty("parts", parts);
      }
      return identity;
    } catch (IOException e) {
      throw new InputException(
          "The file %s cannot be read (%s). Was it moved or deleted?"
              .formatted(path, FileTrouble.reason(e)),
          e);
    }
  }
}
