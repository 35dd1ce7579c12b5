package org.vlmvisualizer.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.PointRoi;
import ij.gui.Roi;
import ij.io.RoiEncoder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.vlmvisualizer.core.AnswerBoxes;
import org.vlmvisualizer.core.NamedBox;

/**
 * Boxes and points of an answer as ROIs on the image that was asked about. run.json lists them as
 * {@code boxes}, in pixels of that image: name, x and y, of a box also width and height.
 */
public final class AnswerRois {
  private static final String BOXES = "boxes";
  static final String LEFT_OUT = "boxes_left_out";
  private static final String SUFFIX = ".roi";

  private AnswerRois() {}

  /**
   * Tells them in run.json.
   *
   * @param found in pixels of the picture
   * @param source where that lies in its image
   */
  public static void put(JsonObject run, AnswerBoxes found, SourceFrame source) {
    Set<String> taken = new HashSet<>();
    JsonArray list = new JsonArray();
    for (NamedBox box : found.boxes()) {
      String unnamed = box.isPoint() ? "point" : "box";
      JsonObject one = new JsonObject();
      one.addProperty("name", free(box.label().isEmpty() ? unnamed : box.label(), taken));
      one.addProperty("x", source.originX() + box.x());
      one.addProperty("y", source.originY() + box.y());
      if (!box.isPoint()) {
        one.addProperty("width", box.width());
        one.addProperty("height", box.height());
      }
      list.add(one);
    }
    run.add(BOXES, list);
    if (!found.leftOut().isEmpty()) {
      run.addProperty(LEFT_OUT, found.leftOut());
    }
  }

  /** A name that is not taken, which it is from now on: star, star 2, star 3. */
  public static String free(String name, Set<String> taken) {
    String free = name;
    for (int n = 2; !taken.add(free); n++) {
      free = name + " " + n;
    }
    return free;
  }

  /** Whether boxes were looked for in an answer. */
  public static boolean areAsked(AttentionResult result) {
    return result.run().has(BOXES);
  }

  /** Why boxes or points of an answer are no ROIs, a sentence; empty if all are. */
  public static String leftOut(AttentionResult result) {
    return result.run().has(LEFT_OUT) ? result.run().get(LEFT_OUT).getAsString() : "";
  }

  /**
   * The ROIs of an answer, each of another name: rectangles and points, at the slice that was asked
   * about; none if boxes were not looked for.
   */
  public static List<Roi> of(AttentionResult result) {
    List<Roi> rois = new ArrayList<>();
    ImagePlus image = result.source().image().get();
    if (areAsked(result)) {
      for (JsonElement box : result.run().getAsJsonArray(BOXES)) {
        Roi roi = roi(box.getAsJsonObject());
        result.source().place().give(roi);
        roi.setImage(image);
        rois.add(roi);
      }
    }
    return rois;
  }

  private static Roi roi(JsonObject box) {
    double x = box.get("x").getAsDouble();
    double y = box.get("y").getAsDouble();
    Roi roi =
        box.has("width")
            ? new Roi(x, y, box.get("width").getAsDouble(), box.get("height").getAsDouble())
            : new PointRoi(x, y);
    roi.setName(box.get("name").getAsString());
    return roi;
  }

  /** Writes a ZIP archive as the ROI Manager does. */
  static void write(List<Roi> rois, Path file) throws IOException {
    Set<String> taken = new HashSet<>();
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Roi roi : rois) {
        // Slashes would be folders where the archive is unpacked.
        String name = free(roi.getName().replaceAll("[/\\\\]", "_"), taken);
        zip.putNextEntry(new ZipEntry(name + SUFFIX));
        zip.write(RoiEncoder.saveAsByteArray(roi));
      }
    }
  }
}
