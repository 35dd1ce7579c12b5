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
 * {@code boxes}, in pixels of that image: label (empty where the answer has none), x and y, of a
 * box also width and height.
 */
public final class AnswerRois {
  /** Name in run.json of why some are no ROIs. */
  public static final String LEFT_OUT = "boxes_left_out";

  private static final String BOXES = "boxes";
  private static final String SUFFIX = ".roi";

  private AnswerRois() {}

  /**
   * Tells them in run.json.
   *
   * @param found in pixels of the picture
   * @param source where that lies in its image
   */
  public static void put(JsonObject run, AnswerBoxes found, SourceFrame source) {
    JsonArray list = new JsonArray();
    for (NamedBox box : found.boxes()) {
      JsonObject one = new JsonObject();
      one.addProperty("label", box.label());
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

  /** Whether they were looked for in an answer. */
  public static boolean areAsked(AttentionResult result) {
    return result.run().has(BOXES);
  }

  /** How many an answer has; 0 if they were not looked for. */
  public static int count(AttentionResult result) {
    return areAsked(result) ? result.run().getAsJsonArray(BOXES).size() : 0;
  }

  /** Why some of an answer are no ROIs, a sentence; empty if all are. */
  public static String leftOut(AttentionResult result) {
    return result.run().has(LEFT_OUT) ? result.run().get(LEFT_OUT).getAsString() : "";
  }

  /**
   * Rectangles and points, at the slice that was asked about, each of another name: star, star 2,
   * star 3.
   *
   * @param taken names that none may have; theirs are added
   */
  public static List<Roi> of(AttentionResult result, Set<String> taken) {
    List<Roi> rois = new ArrayList<>();
    ImagePlus image = result.source().image().get();
    if (areAsked(result)) {
      for (JsonElement box : result.run().getAsJsonArray(BOXES)) {
        Roi roi = roi(box.getAsJsonObject(), result.source().place());
        roi.setName(free(roi.getName(), taken));
        roi.setImage(image);
        rois.add(roi);
      }
    }
    return rois;
  }

  private static Roi roi(JsonObject box, StackPlace place) {
    double x = box.get("x").getAsDouble();
    double y = box.get("y").getAsDouble();
    boolean isPoint = !box.has("width");
    Roi roi =
        isPoint
            ? point(x, y, place)
            : new Roi(x, y, box.get("width").getAsDouble(), box.get("height").getAsDouble());
    place.give(roi);
    String label = box.get("label").getAsString();
    String unnamed = isPoint ? "point" : "box";
    roi.setName(label.isEmpty() ? unnamed : label);
    return roi;
  }

  /** ImageJ 1.54p saves the slice of a point only where it was added to it. */
  private static Roi point(double x, double y, StackPlace place) {
    PointRoi point = new PointRoi();
    point.addPoint(x, y, place.number());
    return point;
  }

  private static String free(String name, Set<String> taken) {
    String free = name;
    for (int n = 2; !taken.add(free); n++) {
      free = name + " " + n;
    }
    return free;
  }

  /** Writes a ZIP archive as the ROI Manager does. */
  static void write(AttentionResult result, Path file) throws IOException {
    Set<String> taken = new HashSet<>();
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Roi roi : of(result, new HashSet<>())) {
        // Slashes would be folders where the archive is unpacked.
        String name = free(roi.getName().replaceAll("[/\\\\]", "_"), taken);
        zip.putNextEntry(new ZipEntry(name + SUFFIX));
        zip.write(RoiEncoder.saveAsByteArray(roi));
      }
    }
  }
}
