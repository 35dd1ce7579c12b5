package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.vlmvisualizer.ask.ManyPictures;

/** Pictures, and what the command line makes of them in one go. */
final class FolderOfPictures {
  static final int COUNT = 40;
  static final int ASKED = COUNT - ManyPictures.BROKEN - 1;

  private static final Path COMMAND_LINE = Path.of("../target/vlm-visualizer.jar").toAbsolutePath();
  private static final List<String> QUESTION =
      List.of("--prompt", "What is in the image?", "--length", "3", "--evidence", "off");

  final Path folder;
  private final Map<String, String> tables;

  /**
   * @param parent of the pictures and of the results
   */
  FolderOfPictures(Path parent) throws Exception {
    folder = parent.resolve("pictures");
    ManyPictures.write(folder, COUNT - 1);
    Files.createSymbolicLink(folder.resolve("gone.png"), Path.of("nowhere.png"));
    Path output = parent.resolve("alone");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", COMMAND_LINE.toString()));
    command.addAll(arguments(folder, output));
    Path log = parent.resolve("alone.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // Pictures that cannot be asked about are rows, and its exit code.
    assertEquals(1, builder.start().waitFor(), () -> text(log));
    tables = tables(output);
    assertEquals(3, tables.size());
  }

  /**
   * The question, of the command line and of the job.
   *
   * @param input with the pictures
   */
  List<String> arguments(Path input, Path output) {
    List<String> all =
        new ArrayList<>(List.of("--image", input.toString(), "--output", output.toString()));
    all.addAll(QUESTION);
    return all;
  }

  /** The tables are those of the command line to the byte, and nothing else lies about. */
  void check(Path output) throws IOException {
    check(folder, output);
  }

  /**
   * The same.
   *
   * @param input where the pictures were read, which failures name
   */
  void check(Path input, Path output) throws IOException {
    Map<String, String> found = tables(output);
    found.replaceAll((name, table) -> table.replace(input.toString(), folder.toString()));
    assertEquals(tables, found);
    assertEquals(List.of(), leftovers(output));
  }

  /** What programs leave that did not end well. */
  static List<Path> leftovers(Path output) throws IOException {
    try (Stream<Path> all = Files.walk(output)) {
      return all.filter(f -> f.getFileName().toString().matches("\\.vlm-.*|hs_err_.*")).toList();
    }
  }

  static Map<String, String> tables(Path output) throws IOException {
    Map<String, String> tables = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      files
          .filter(file -> file.toString().endsWith(".csv"))
          .forEach(file -> tables.put(file.getFileName().toString(), text(file)));
    }
    return tables;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
