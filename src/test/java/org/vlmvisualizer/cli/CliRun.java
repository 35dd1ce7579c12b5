package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;

/** One call of the command line in this JVM: exit code, its two streams, what else was printed. */
record CliRun(int exitCode, String out, String err, String printed) {
  static final Path GOLDEN = Golden.ROOT.resolve("llama-mha");

  /** The golden model and picture into {@code folder/results}; later options win. */
  static List<String> arguments(Path folder, String... options) {
    List<String> all = new ArrayList<>();
    put(all, "--model", GOLDEN.resolve("checkpoint").toString());
    put(all, "--image", GOLDEN.resolve("picture.png").toString());
    put(all, "--prompt", "What is in the picture?");
    put(all, "--output", folder.resolve("results").toString());
    put(all, "--length", "3");
    for (int i = 0; i < options.length; i += 2) {
      put(all, options[i], options[i + 1]);
    }
    return all;
  }

  private static void put(List<String> all, String key, String value) {
    int at = all.indexOf(key);
    if (at >= 0) {
      all.set(at + 1, value);
    } else {
      Collections.addAll(all, key, value);
    }
  }

  static CliRun of(List<String> arguments) {
    return of(new AttentionCli(false), arguments);
  }

  /** As on a terminal, where progress is told. */
  static CliRun onTerminal(List<String> arguments) {
    return of(new AttentionCli(true), arguments);
  }

  private static CliRun of(AttentionCli cli, List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (Printed printed = new Printed()) {
      int code =
          PlainCommand.run(
              cli, arguments.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
      return new CliRun(code, out.toString(), err.toString(), printed.text());
    }
  }

  /** Runs and checks: the exit code, one sentence on standard error, and nothing in the folder. */
  static String refusal(int exitCode, Path folder, List<String> arguments) throws IOException {
    List<Path> before = list(folder);
    CliRun run = of(arguments);
    assertEquals(exitCode, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertEquals("", run.printed());
    PlainSentence.check(run.err());
    assertEquals(before, list(folder), "files were left");
    return run.err();
  }

  static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }
}
