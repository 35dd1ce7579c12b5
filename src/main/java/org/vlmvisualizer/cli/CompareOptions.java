package org.vlmvisualizer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.compare.ComparedPicture;
import org.vlmvisualizer.compare.ComparisonOptions;
import org.vlmvisualizer.compare.ComparisonRun;
import org.vlmvisualizer.core.Progress;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of comparing methods. */
final class CompareOptions {
  @Option(
      names = "--compare",
      description =
          "compare methods on the pictures of a folder; ROIs are read from beside them, of field.tif from field.zip")
  private boolean compare;

  @Option(
      names = "--methods",
      paramLabel = "NAMES",
      description = "what --compare compares: all, or names with commas between")
  private String methods = "all";

  @Option(
      names = "--faithfulness",
      description = "whether --compare asks what each word needs of the picture: on, off")
  private String faithfulness = "on";

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "parts in which --compare hides and shows pictures, 0 for none")
  private int steps = 0;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  boolean isAsked() {
    return compare;
  }

  /** Returns the exit code. */
  int run(
      Asker asker,
      ComparisonOptions options,
      List<ComparedPicture> pictures,
      Path output,
      boolean resume,
      Progress progress) {
    ComparisonRun.Outcome outcome =
        new ComparisonRun(asker, options, output, resume).run(pictures, progress);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    out.println(
        "%d of %d pictures compared: %s"
            .formatted(
                outcome.pictures().size(), pictures.size(), output.resolve(ComparisonRun.TABLE)));
    outcome.failures().forEach((name, reason) -> err.println(name + ": " + reason));
    return outcome.failures().isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }
}
