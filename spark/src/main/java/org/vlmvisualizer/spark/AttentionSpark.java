package org.vlmvisualizer.spark;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.cli.AttentionCli;
import org.vlmvisualizer.cli.FileOptions;
import org.vlmvisualizer.cli.FolderOptions;
import org.vlmvisualizer.cli.PlainCommand;
import org.vlmvisualizer.cli.QuestionOptions;
import org.vlmvisualizer.cli.TerminalConsent;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.QuickExit;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;
import org.vlmvisualizer.shelf.ModelLocator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The same question about all pictures of a folder, on a Spark cluster: what spark-submit starts.
 * This is the driver; what executors do is {@link PictureWork}.
 */
@Command(
    name = "AttentionSpark",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = AttentionCli.Version.class,
    description =
        "Asks a vision-language model about each picture of a folder, on a Spark cluster whose computers share the folders. Started again, it goes on where it ended.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: each picture has its answer, or in batch.csv the reason why not",
      "1: an input cannot be used, or some pictures are still to be asked about",
      "2: wrong usage"
    },
    showDefaultValues = true)
public final class AttentionSpark implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "FOLDER|ID[@REVISION]",
      description = "folder of a model, its id on the Hugging Face hub, or demo")
  private String model = Checkpoint.DEMO;

  @Option(names = "--yes", description = "download the model without asking")
  private boolean yes;

  @Option(
      names = "--image",
      required = true,
      paramLabel = "FOLDER|LIST",
      description =
          "a folder with pictures, or a list of pictures as CSV with a column image, on a file system that all computers see")
  private String images;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description =
          "the question; given several times, each is asked by itself, with its results in q1, q2, … of the output folder")
  private List<String> prompts;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "folder for the results, on a file system that all computers see")
  private String output;

  @Mixin private QuestionOptions options;
  @Mixin private FolderOptions folders;
  @Mixin private FileOptions files;

  @Spec private CommandSpec spec;

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    UserCache.replaceMissingHome();
    System.setProperty("java.awt.headless", "true");
    int exitCode = PlainCommand.run(new AttentionSpark(), arguments);
    // With a local master, PyTorch runs here. Native code must not be torn down while it is loaded.
    EngineThread.settle();
    QuickExit.arrange();
    System.exit(exitCode);
  }

  @Override
  public Integer call() {
    List<Map<String, String>> words = prompts.stream().map(this::words).toList();
    Path source = path("--image", images);
    Path results = path("--output", output);
    PictureFolder pictures =
        FolderOptions.pictures(
            source, options::word, options.region(), results, prompts.size(), Progress.NONE);
    ResultFiles.prepare(results);
    SparkConf conf = new SparkConf();
    String device = new ClusterSettings(conf).apply(results, options.device());
    Checkpoint checkpoint = checkpoint();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Path place = prompts.size() == 1 ? results : results.resolve("q" + (i + 1));
      Question question = question(prompts.get(i), words.get(i), checkpoint, source, place);
      questions.add(CommonPrecision.settle(question.with("device", device), checkpoint, conf));
    }
    boolean complete = true;
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      for (Question question : questions) {
        Question common = CommonPrecision.chosen(question, spark);
        complete &= new FolderJob(common, checkpoint, pictures, spark).run(out(), err());
      }
    }
    if (complete) {
      CrashReports.remove(results);
    }
    return complete ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private Question question(
      String prompt, Map<String, String> words, Checkpoint checkpoint, Path source, Path results) {
    return new Question(
        model,
        checkpoint.folder().toAbsolutePath().toString(),
        checkpoint.sha256(),
        prompt,
        words,
        source.toString(),
        options.region() == null ? null : options.region().getBounds(),
        results.toString());
  }

  /** All options that a question reads, by their names. */
  private Map<String, String> words(String prompt) {
    Map<String, String> words = new LinkedHashMap<>();
    RequestOptions question =
        RequestOptions.of(
            prompt,
            name -> {
              words.put(name, options.word(name));
              return words.get(name);
            });
    question.request().requireStills();
    SavedFiles.of(options::word, question.request().keep());
    ResultPacks.areWanted(options::word);
    FileOptions.NAMES.forEach(name -> words.put(name, options.word(name)));
    return words;
  }

  private static Path path(String option, String name) {
    if (name.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*") && !name.startsWith("file:/")) {
      throw new InputException(
          "Expected %s on a file system that all computers see, found the address %s; mount that store as a folder, or copy its files to one."
              .formatted(option, name));
    }
    Path folder =
        name.startsWith("file:/")
            ? Path.of(URI.create(name))
            : new AttentionCli.Folder().convert(name);
    return folder.toAbsolutePath().normalize();
  }

  private Checkpoint checkpoint() {
    TerminalConsent terminal = new TerminalConsent(yes, err());
    return ModelLocator.open(model, terminal, terminal.progress());
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
