package org.vlmvisualizer.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.ToIntBiFunction;
import java.util.stream.IntStream;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.analysis.Provenance;
import org.vlmvisualizer.ask.AskedSizes;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.Conversation;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.NamedPictures;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.ask.Shard;
import org.vlmvisualizer.ask.Together;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.compare.ComparedPicture;
import org.vlmvisualizer.compare.ComparisonOptions;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.QuickExit;
import org.vlmvisualizer.gpu.GpuInstaller;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.CommonAnswer;
import org.vlmvisualizer.output.Fonts;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.shelf.ModelEntries;
import org.vlmvisualizer.shelf.ModelLocator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line: a question about a picture, or a folder of them; a folder of results. */
@Command(
    name = "attention",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = AttentionCli.Version.class,
    description =
        "Asks a vision-language model about a picture and shows where it looked for each token.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: done",
      "1: an input cannot be used, or one of several questions or pictures failed",
      "2: wrong usage"
    },
    showDefaultValues = true)
public final class AttentionCli implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "FOLDER|ID[@REVISION]",
      description = "folder of a model, its id on the Hugging Face hub, or demo")
  private String model = Checkpoint.DEMO;

  @Option(
      names = "--yes",
      description = "download the model, or what --install-gpu brings, without asking")
  private boolean yes;

  @Option(
      names = "--image",
      required = true,
      paramLabel = "FILE|FOLDER|LIST",
      description =
          "a picture that ImageJ opens, its web address, a folder with pictures, or a list of pictures as CSV with a column image; given several times, one question about all these pictures")
  private List<String> images;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description =
          "the question; given several times, each is asked by itself of a model that is loaded once, with its results in q1, q2, … of the output folder and q1:, q2:, … before its answer")
  private List<String> prompts;

  @Option(
      names = "--turn",
      description =
          "of several --prompt: questions of their own, or a conversation, in which each sees those before and their answers: new, next")
  private String turn = "new";

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      converter = Folder.class,
      description = "folder for the results")
  private Path output;

  @Mixin private QuestionOptions questionOptions;

  @Option(
      names = "--again",
      description = "of a folder, ask about pictures again that have their answer")
  private boolean again;

  @Mixin private FolderOptions folders;
  @Mixin private FileOptions files;
  @Mixin private ShardOptions shards;
  @Mixin private CompareOptions compare;

  // "help" lets it do without the required options.
  @Option(
      names = "--engine",
      help = true,
      description = "tell which PyTorch and which device would be used and why, and stop")
  private boolean engine;

  @Option(
      names = "--install-gpu",
      help = true,
      arity = "0..1",
      fallbackValue = "auto",
      paramLabel = "BUILD",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description =
          "download PyTorch for NVIDIA GPUs, some 3 GB, and stop; BUILD is cu126 or cu128, left out the one that fits the GPU")
  private String installGpu;

  @Option(
      names = "--gpu-from",
      paramLabel = "ADDRESS|FOLDER",
      description =
          "where --install-gpu finds it: an index of Python packages, or a folder of them",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private String gpuFrom = "";

  @Option(
      names = "--remove-gpu",
      help = true,
      description = "remove what --install-gpu has installed, and stop")
  private boolean removeGpu;

  @Option(
      names = "--models",
      help = true,
      description =
          "list the models on this computer and those that could be downloaded, with memory, licence and time, and stop")
  private boolean models;

  @Spec private CommandSpec spec;
  private final boolean terminal;
  private boolean goesOn;
  private AttentionResult last; // null before the first answer

  /** With progress where there is a terminal: in a log file it would be noise. */
  public AttentionCli() {
    this(System.console() != null);
  }

  /**
   * @param terminal whether progress is told
   */
  AttentionCli(boolean terminal) {
    this.terminal = terminal;
  }

  /** Runs the command line and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    UserCache.replaceMissingHome();
    System.setProperty("java.awt.headless", "true");
    // The plugin ships no logger, and SLF4J would say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    int exitCode = PlainCommand.run(new AttentionCli(), arguments);
    // Native code must not be torn down while it is being loaded.
    EngineThread.settle();
    QuickExit.arrange();
    System.exit(exitCode);
  }

  @Override
  public Integer call() {
    if (engine || models) {
      (engine ? EngineReport.of(questionOptions.device()).lines() : ModelEntries.lines())
          .forEach(out()::println);
      return CommandLine.ExitCode.OK;
    }
    if (installGpu != null || removeGpu) {
      out().println(removeGpu ? GpuInstaller.remove() : installGpu());
      return CommandLine.ExitCode.OK;
    }
    if (shards.isMerge()) {
      return shards.merge(ResultPacks.areWanted(questionOptions::word), out(), err());
    }
    List<RequestOptions> questions =
        prompts.stream().map(questionOptions::of).map(this::saving).toList();
    if (images.size() == 1) {
      questions.get(0).request().requireStills();
    }
    if (compare.isAsked()) {
      return compare(questions);
    }
    goesOn = Conversation.goesOn(questionOptions::word);
    if (goesOn && prompts.size() == 1) {
      throw new InputException(
          "Expected several --prompt with --turn next, found one; a follow-up needs a question that it follows.");
    }
    boolean isFolder = images.size() == 1 && PictureFolder.isMany(images.get(0).strip());
    shards.requireFolder(isFolder);
    if (!isFolder) {
      FolderOptions.refuse(questionOptions::word, "something else");
      FileOptions.refuse(questionOptions::word, "something else");
      // Java's own libraries first: while one library is being loaded, no other can be.
      Fonts.complaint();
      // Beside the reading of pictures and of the model's small files.
      AttentionModel.prepare(questionOptions.device());
    }
    if (images.size() > 1) {
      images.forEach(AttentionCli::refuseFolder);
      Together pictures =
          Together.of(NamedPictures.files(images, questionOptions.region()), progress());
      return run(questions, (asker, place) -> ask(asker, pictures, place));
    }
    String image = images.get(0);
    if (isFolder) {
      refuseConversation();
      shards.start(
          again, IntStream.range(0, prompts.size()).mapToObj(i -> place(i).folder).toList());
      PictureFolder pictures =
          FolderOptions.pictures(
              Path.of(image.strip()),
              questionOptions::word,
              questionOptions.region(),
              output,
              prompts.size(),
              progress());
      return run(questions, (asker, place) -> askAll(asker, pictures, place));
    }
    ImageInput input = ImageInput.open(image, questionOptions.region(), progress());
    return run(questions, (asker, place) -> ask(asker, input, place));
  }

  private int compare(List<RequestOptions> questions) {
    if (images.size() != 1 || questions.size() != 1) {
      throw new InputException(
          "Expected one --image, a folder of pictures, and one --prompt with --compare, found %d and %d; put the pictures into a folder."
              .formatted(images.size(), questions.size()));
    }
    if (questionOptions.isRegionGiven() || Conversation.goesOn(questionOptions::word)) {
      throw new InputException(
          "Expected --compare without %s, since whole pictures are compared, each by itself."
              .formatted(questionOptions.isRegionGiven() ? "--roi" : "--turn next"));
    }
    FolderOptions.refuse(questionOptions::word, "--compare, which takes the files of one folder");
    FileOptions.refuse(questionOptions::word, "--compare, which writes other files");
    ComparisonOptions options = ComparisonOptions.of(questionOptions::word);
    List<ComparedPicture> pictures = ComparedPicture.inFolder(Path.of(images.get(0).strip()));
    return run(
        questions,
        (asker, place) -> compare.run(asker, options, pictures, place.folder, !again, progress()));
  }

  private RequestOptions saving(RequestOptions question) {
    return question.withMatrix(saved(question.request()).matrix());
  }

  private SavedFiles saved(AnalysisRequest question) {
    return SavedFiles.of(questionOptions::word, question.keep());
  }

  private void refuseConversation() {
    if (goesOn) {
      throw new InputException(
          "Expected --turn new with a folder of pictures, found --turn next; give one picture for a conversation.");
    }
  }

  private String installGpu() {
    TerminalConsent terminal = new TerminalConsent(yes, err());
    return GpuInstaller.install(installGpu, gpuFrom, terminal, terminal.progress());
  }

  private static void refuseFolder(String image) {
    if (PictureFolder.isMany(image.strip())) {
      throw new InputException(
          "Expected pictures where --image is given several times, found the folder or list %s; give it alone to ask about each of its pictures."
              .formatted(image));
    }
  }

  /**
   * Where the results of a question go.
   *
   * @param name what stands before its answers, empty if it is the only one
   */
  private record Place(Path folder, String name) {}

  private Place place(int question) {
    String name = "q" + (question + 1);
    return prompts.size() == 1
        ? new Place(output, "")
        : new Place(output.resolve(name), name + ": ");
  }

  /**
   * Looks for the model once the pictures are there.
   *
   * @param ask returns the exit code
   */
  private int run(List<RequestOptions> questions, ToIntBiFunction<Asker, Place> ask) {
    ResultFiles.prepare(output);
    Fonts.complaint().ifPresent(err()::println);
    Checkpoint checkpoint = checkpoint();
    int worst = CommandLine.ExitCode.OK;
    try (ModelKeeper keeper = new ModelKeeper()) {
      for (int i = 0; i < questions.size(); i++) {
        RequestOptions question = questions.get(i);
        if (goesOn && last != null) {
          question = question.following(new Conversation(last).exchanges());
        }
        try (Asker asker = new Asker(keeper, checkpoint, question, engineLoaded -> {})) {
          worst = Math.max(worst, ask.applyAsInt(asker, place(i)));
        } catch (InputException e) {
          if (questions.size() == 1 || !keeper.isLoaded()) {
            throw e; // Without a model, the others would fail likewise.
          }
          err().println(place(i).name + e.getMessage());
          worst = CommandLine.ExitCode.SOFTWARE;
        }
      }
    }
    return worst;
  }

  private int ask(Asker asker, Together pictures, Place place) {
    foretell(asker, pictures.sizes(asker.request()), place);
    CommonAnswer answer = pictures.ask(asker, progress());
    answer.write(place.folder, answer.heatmaps());
    last = answer.first();
    out().println(place.name + answer.first().answer());
    tellNoAnswer(answer.first(), place);
    return CommandLine.ExitCode.OK;
  }

  private int ask(Asker asker, ImageInput input, Place place) {
    foretell(asker, AskedSizes.of(input), place);
    AttentionResult result = asker.ask(input, progress());
    result.write(place.folder, result.heatmaps());
    last = result;
    out().println(place.name + result.answer());
    tellNoAnswer(result, place);
    if (!AnswerRois.leftOut(result).isEmpty()) {
      err().println(place.name + AnswerRois.leftOut(result));
    }
    return CommandLine.ExitCode.OK;
  }

  /** Says on the other stream why there is no answer behind a model's thoughts. */
  private void tellNoAnswer(AttentionResult result, Place place) {
    if (!result.answerLeftOut().isEmpty()) {
      err().println(place.name + result.answerLeftOut());
    }
  }

  /** A line per picture: its name and its answer, or on the other stream, why there is none. */
  private int askAll(Asker asker, PictureFolder pictures, Place place) {
    BatchRun run =
        new BatchRun(asker, place.folder, !again)
            .saving(saved(asker.request()))
            .packing(ResultPacks.areWanted(questionOptions::word))
            .until(shards::isOver);
    BiConsumer<BatchRow, AttentionResult> ready = (row, result) -> tell(row, result, place);
    Shard shard = shards.shard();
    BatchRun.Outcome outcome =
        shard == null
            ? run.run(pictures, progress(), ready)
            : run.run(shard, pictures, progress(), ready);
    if (outcome.cancelled()) {
      err()
          .println(
              "%sEnded with %d of %d pictures done; the same command goes on."
                  .formatted(
                      place.name, outcome.count(BatchRow.Status.DONE), outcome.rows().size()));
    }
    // A scheduler would take failed pictures, which are rows of the tables, for a failed job.
    return shard != null || outcome.count(BatchRow.Status.FAILED) == 0
        ? CommandLine.ExitCode.OK
        : CommandLine.ExitCode.SOFTWARE;
  }

  private void tell(BatchRow row, AttentionResult result, Place place) {
    (row.status() == BatchRow.Status.DONE ? out() : err()).println(place.name + row.text());
    if (result != null) {
      tellNoAnswer(result, place);
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private Checkpoint checkpoint() {
    TerminalConsent terminal = new TerminalConsent(yes, err());
    return ModelLocator.open(model, terminal, terminal.progress());
  }

  /** Where progress is told, what a question will cost; a refusal is left to the question. */
  private void foretell(Asker asker, AskedSizes sizes, Place place) {
    if (!terminal) {
      return;
    }
    try {
      err().printf("\r%-60s%n", place.name + asker.foretell(sizes).text());
    } catch (InputException e) {
      return;
    }
  }

  private Progress progress() {
    if (!terminal) {
      return Progress.NONE;
    }
    return (stage, done, total) ->
        err().printf("\r%-60s", "%s %d/%d".formatted(stage, done, total));
  }

  /** An empty path would be the folder in which the program runs. */
  public static final class Folder implements CommandLine.ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
      if (value.isBlank()) {
        throw new CommandLine.TypeConversionException("expected a folder, found none");
      }
      try {
        return Path.of(value);
      } catch (InvalidPathException e) {
        throw new CommandLine.TypeConversionException("'" + value + "' cannot be a folder");
      }
    }
  }

  /** The version in the jar's manifest. */
  public static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"VLM Visualizer for Fiji " + Provenance.version()};
    }
  }
}
