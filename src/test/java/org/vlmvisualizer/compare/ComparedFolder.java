package org.vlmvisualizer.compare;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.gui.Roi;
import ij.io.RoiEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.vlmvisualizer.DemoPictures;

/** Pictures that the demo model can tell of, each with ROIs where its words and cells are. */
public final class ComparedFolder {
  public static final List<String> NAMES =
      List.of("cells-1.png", "cells-3.png", "page-1.png", "page-2.png");

  private ComparedFolder() {}

  /** Copies {@link #NAMES} and writes the ROIs, as the ROI Manager saves them. */
  public static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    String json = Files.readString(DemoPictures.FOLDER.resolve("expected.json"));
    for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
      JsonObject expected = element.getAsJsonObject();
      String name = expected.get("file").getAsString();
      if (NAMES.contains(name)) {
        Files.copy(DemoPictures.FOLDER.resolve(name), folder.resolve(name));
        List<Roi> rois = new ArrayList<>();
        for (JsonElement pointing : expected.getAsJsonArray("pointing")) {
          rois.add(roi(pointing.getAsJsonObject()));
        }
        writeRois(folder.resolve(name.replace(".png", ".zip")), rois);
      }
    }
    return folder;
  }

  private static Roi roi(JsonObject pointing) {
    JsonArray box = pointing.getAsJsonArray("box");
    double x = box.get(0).getAsDouble();
    double y = box.get(1).getAsDouble();
    Roi roi = new Roi(x, y, box.get(2).getAsDouble() - x, box.get(3).getAsDouble() - y);
    roi.setName(pointing.get("token").getAsString());
    return roi;
  }

  /** Writes a file of the ROI Manager. */
  public static void writeRois(Path file, List<Roi> rois) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < rois.size(); i++) {
        zip.putNextEntry(new ZipEntry("%04d.roi".formatted(i)));
        zip.write(RoiEncoder.saveAsByteArray(rois.get(i)));
        zip.closeEntry();
      }
    }
  }

  /** The table of methods without the column that differs from run to run. */
  public static List<String> withoutSeconds(Path results) throws IOException {
    List<String> lines = Files.readAllLines(results.resolve(ComparisonRun.TABLE));
    int seconds = List.of(lines.get(0).split(",")).indexOf("seconds");
    return lines.stream()
        .map(
            line -> {
              List<String> cells = new ArrayList<>(List.of(line.split(",", -1)));
              cells.remove(seconds);
              return String.join(",", cells);
            })
        .toList();
  }

  /** When each picture's figures were written, by the name of its folder. */
  public static Map<String, String> times(Path results) throws IOException {
    Map<String, String> times = new TreeMap<>();
    try (Stream<Path> folders = Files.list(results)) {
      for (Path file : folders.map(f -> f.resolve("scores.json")).filter(Files::exists).toList()) {
        times.put(
            file.getParent().getFileName().toString(), Files.getLastModifiedTime(file).toString());
      }
    }
    return times;
  }
}
