package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.cli.AttentionCli;
import org.vlmvisualizer.cli.PlainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The command, before it comes to a cluster. */
class AttentionSparkTest {
  @TempDir Path folder;

  private String refusal(String option, String value, int exitCode) {
    List<String> all = new ArrayList<>();
    for (String name : List.of("--image", "--output", "--prompt")) {
      all.addAll(List.of(name, name.equals("--prompt") ? "What?" : folder.toString()));
    }
    all.addAll(List.of("--model", "demo"));
    if (all.contains(option)) {
      all.set(all.indexOf(option) + 1, value);
    } else {
      all.addAll(List.of(option, value));
    }
    StringWriter err = new StringWriter();
    int code =
        PlainCommand.run(
            new AttentionSpark(),
            all.toArray(String[]::new),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err));
    assertEquals(exitCode, code, err::toString);
    PlainSentence.check(err.toString());
    return err.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "--image, hdfs://here/pictures",
    "--image, s3a://bucket/pictures",
    "--output, gs://bucket/answers",
    "--image, no such folder",
    "--method, guess",
    "--precision, int3",
    "--interval, 5",
    "--roi, '1,2'"
  })
  void whatCannotBeUsedIsRefused(String option, String value) {
    assertTrue(refusal(option, value, 1).contains(value.split(",")[0]));
  }

  @Test
  void aFolderWithoutPicturesIsRefused() throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "none");
    assertTrue(refusal("--prompt", "What?", 1).contains("found none"));
  }

  @ParameterizedTest
  @CsvSource({"--again, true", "--shard, 1/3", "--hours, 3"})
  void whatTheJobDoesNotHaveIsWrongUsage(String option, String value) {
    refusal(option, value, 2);
  }

  /** Whoever adds an option of a question adds it to both. */
  @Test
  void theOptionsOfAQuestionAreThoseOfTheCommandLine() {
    CommandLine line = new CommandLine(new AttentionCli());
    for (OptionSpec option : new CommandLine(new AttentionSpark()).getCommandSpec().options()) {
      OptionSpec other = line.getCommandSpec().findOption(option.longestName());
      assertEquals(option.defaultValueString(), other.defaultValueString(), option.longestName());
    }
  }
}
