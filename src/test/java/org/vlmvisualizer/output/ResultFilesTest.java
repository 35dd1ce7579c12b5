package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.process.FloatProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;

class ResultFilesTest {
  private static final Demo DEMO = Demo.of(60, 40, 5);
  private static final List<String> NAMES =
      List.of(
          "attention-matrix.tif",
          "attention-ratio.png",
          "heatmaps.tif",
          "methods.txt",
          "montage.png",
          "patches.tif",
          "picture.png",
          "run.json",
          "tokens.csv",
          "words.csv");

  @TempDir Path folder;

  private static final float[][] MATRIX = {{1, 0}, {0.5f, 0.5f}};

  private static AttentionResult result(float[][] matrix) {
    return DEMO.result(Upsampling.NEAREST, matrix);
  }

  private static List<Path> write(Path folder, float[][] matrix) {
    AttentionResult result = result(matrix);
    return result.write(folder, result.heatmaps());
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAllAndNothingElse() throws Exception {
    Path made = folder.resolve("new").resolve("söme folder");
    List<Path> written = write(made, MATRIX);
    assertEquals(NAMES, names(made));
    assertEquals("run.json", written.get(9).getFileName().toString());
    JsonObject run =
        JsonParser.parseString(Files.readString(made.resolve("run.json"))).getAsJsonObject();
    assertEquals("Wo ist die \"Zelle\"? 细胞 <b>", run.get("prompt").getAsString());
    assertEquals(10, run.getAsJsonArray("files").size());
    assertTrue(ImageIO.read(made.resolve("montage.png").toFile()).getWidth() > 400);
    assertTrue(ImageIO.read(made.resolve("attention-ratio.png").toFile()).getWidth() > 1000);
    assertEquals(6, Files.readAllLines(made.resolve("tokens.csv")).size());
  }

  @Test
  void removesTheMatrixOfAnEarlierRun() throws Exception {
    write(folder, MATRIX);
    write(folder, null);
    assertFalse(names(folder).contains("attention-matrix.tif"));
  }

  @Test
  void replacesItsOwnFilesOnly() throws Exception {
    Files.writeString(folder.resolve("tokens.csv"), "old");
    Files.writeString(folder.resolve("mine.txt"), "keep");
    write(folder, null);
    assertEquals("keep", Files.readString(folder.resolve("mine.txt")));
    assertTrue(Files.readString(folder.resolve("tokens.csv")).startsWith("index,"));
    assertEquals(10, names(folder).size());
  }

  @Test
  void failureWhileWritingLeavesTheFolderAsItWas() throws Exception {
    Files.writeString(folder.resolve("tokens.csv"), "old");
    ImagePlus broken =
        new ImagePlus("broken", new FloatProcessor(2, 2)) {
          @Override
          public String getInfoProperty() {
            throw new IllegalStateException("broken");
          }
        };
    assertThrows(IllegalStateException.class, () -> result(null).write(folder, broken));
    assertEquals(List.of("tokens.csv"), names(folder));
    assertEquals("old", Files.readString(folder.resolve("tokens.csv")));
  }

  @Test
  void failureWhileMovingPutsEarlierFilesBack() throws Exception {
    Files.writeString(folder.resolve("heatmaps.tif"), "old");
    Files.createDirectory(folder.resolve("montage.png")); // cannot be replaced by a file
    InputException e = assertThrows(InputException.class, () -> write(folder, null));
    assertTrue(e.getMessage().startsWith("The results could not be written to " + folder));
    assertEquals(List.of("heatmaps.tif", "montage.png"), names(folder));
    assertEquals("old", Files.readString(folder.resolve("heatmaps.tif")));
    assertTrue(Files.isDirectory(folder.resolve("montage.png")));
  }

  @Test
  void folderIsRefusedBeforeAnyWork() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(
        "Expected a folder for the results, found a file: " + file + ".",
        assertThrows(InputException.class, () -> ResultFiles.prepare(file)).getMessage());
    InputException below =
        assertThrows(InputException.class, () -> ResultFiles.prepare(file.resolve("below")));
    assertTrue(below.getMessage().startsWith("The folder for the results cannot be made: "));
    ResultFiles.prepare(folder);
    assertEquals(List.of("file"), names(folder));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void allFilesHaveTheUsualPermissions() throws Exception {
    Path usual = Files.createFile(folder.resolve("usual"));
    Path results = folder.resolve("results");
    write(results, MATRIX);
    BatchTables.write(results, List.of(BatchRow.failed(1, "a.png", "It is no picture.")));
    try (Stream<Path> files = Files.list(results)) {
      for (Path file : files.toList()) {
        assertEquals(
            Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(file), "" + file);
      }
    }
    Files.createDirectory(folder.resolve("folder"));
    assertEquals(
        Files.getPosixFilePermissions(folder.resolve("folder")),
        Files.getPosixFilePermissions(results));
  }

  @Test
  void halfCharactersAreNoFullDisk() throws Exception {
    AttentionResult result = result(null);
    result.run().addProperty("title", "half \ud83d");
    result.write(folder, result.heatmaps());
    assertTrue(Files.readString(folder.resolve("run.json")).contains("half ?"));
    BatchTables.write(folder, List.of(BatchRow.failed(1, "half \ud83d.png", "")));
    assertTrue(Files.readString(folder.resolve("batch.csv")).contains("half ?.png"));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void whatKilledRunsLeftIsRemovedAndNothingElse() throws Exception {
    Path dead = leftover(Marks.dead());
    Path earlier = leftover(Marks.earlier());
    Path foreign = leftover(Marks.onAnotherComputer());
    Path old = leftover("1234");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Process other = Marks.start();
    Path running = leftover(Marks.of(other));
    write(folder, null);
    other.destroyForcibly().waitFor();
    assertTrue(Files.exists(running) && Files.exists(foreign));
    for (Path left : List.of(dead, earlier, old)) {
      assertFalse(Files.exists(left), "" + left);
    }
  }

  private Path leftover(String mark) throws Exception {
    Path left = folder.resolve(".vlm-visualizer-" + mark + "_1.tmp");
    Files.createDirectories(left.resolve("new"));
    Files.writeString(left.resolve("new/heatmaps.tif"), "half");
    return left;
  }
}
