package org.vlmvisualizer.cli;

import ij.gui.Roi;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.command.AttentionResults;
import org.vlmvisualizer.command.ImageInput;
import org.vlmvisualizer.command.ModelLocator;
import org.vlmvisualizer.command.RequestOptions;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.network.EngineReport;
import org.vlmvisualizer.network.Precision;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.Upsampling;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line: one picture and one question in, a folder of results out. */
@Command(
    name = "attention",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = AttentionCli.Version.class,
    description =
        "Asks a vision-language model about a picture and shows where it looked for each token.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0: done", "1: something given cannot be used", "2: wrong usage"},
    showDefaultValues = true)
public final class AttentionCli implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "FOLDER|ID[@REVISION]",
      description = "folder of a model, its id on the Hugging Face hub, or demo")
  private String model = Checkpoint.DEMO;

  @Option(names = "--yes", description = "download the model without asking if it is not on disk")
  private boolean yes;

  @Option(
      names = "--image",
      required = true,
      paramLabel = "FILE",
      description = "whatever ImageJ opens, or an address")
  private String image;

  @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "the question")
  private String prompt;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "where the results go")
  private Path output;

  @Option(names = "--method", description = "vlm-visualizer, language")
  private String method = "vlm-visualizer";

  @Option(names = "--vision", description = "vision layers to average: all, selected")
  private String vision = "all";

  @Option(names = "--layers", description = "decoder layers to average: all, 7, 3-9")
  private String layers = "all";

  @Option(names = "--heads", description = "decoder heads to average: all, 7, 3-9")
  private String heads = "all";

  @Option(names = "--first", description = "attention to the first token: drop, keep")
  private String first = "drop";

  @Option(
      names = "--keep",
      description = "attention to keep apart, for maps of some afterwards: nothing, layers, heads")
  private String keep = "nothing";

  @Option(names = "--template", description = "auto, vicuna_v1, mistral, llama_2, chatml, v0")
  private String template = "auto";

  @Option(names = "--system", description = "the template's system text: drop, keep")
  private String system = "drop";

  @Option(names = "--fit", description = "picture to square: pad, crop")
  private String fit = "pad";

  @Option(names = "--roi", paramLabel = "x,y,w,h", description = "the part to ask about, in pixels")
  private String roi;

  @Option(names = "--device", description = "auto, cpu, gpu, gpu:1, or mps on a Mac")
  private String device = "auto";

  @Option(
      names = "--precision",
      description = "auto, float32, bfloat16, float16, int8, int4, int4-32, int4-128")
  private String precision = "auto";

  @Option(names = "--length", paramLabel = "N", description = "tokens to write at most")
  private int length = 64;

  @Option(names = "--upsampling", description = "none, nearest, bilinear, bicubic")
  private String upsampling = "nearest";

  // "help" lets it do without the required options.
  @Option(
      names = "--engine",
      help = true,
      description = "tell which PyTorch and which device would be used and why, and stop")
  private boolean engine;

  @Spec private CommandSpec spec;

  /** Runs the command line and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    // The plugin ships no logger, and SLF4J would say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.exit(run(arguments, new PrintWriter(System.out), new PrintWriter(System.err)));
  }

  /** Runs the command line. */
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    return new CommandLine(new AttentionCli())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(AttentionCli::explain)
        .setParameterExceptionHandler(AttentionCli::explainUsage)
        .execute(arguments);
  }

  private static int explain(
      Exception exception, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
    if (!(exception instanceof InputException || exception instanceof CancellationException)) {
      throw exception;
    }
    command.getErr().println(exception.getMessage());
    command.getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static int explainUsage(CommandLine.ParameterException exception, String[] arguments) {
    PrintWriter err = exception.getCommandLine().getErr();
    err.println(exception.getMessage() + "; --help tells what is expected.");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public Integer call() {
    if (engine) {
      EngineReport.of(device).lines().forEach(spec.commandLine().getOut()::println);
      spec.commandLine().getOut().flush();
      return CommandLine.ExitCode.OK;
    }
    AnalysisRequest request =
        RequestOptions.request(
            prompt, method, vision, layers, heads, first, keep, template, system, fit, length);
    Upsampling scaling = Upsampling.parse(upsampling);
    Precision wanted = Precision.parse(precision);
    ImageInput input = ImageInput.open(image, region());
    ResultFiles.prepare(output);
    Progress progress = progress();
    try (AttentionModel loaded = AttentionModel.open(checkpoint(), device, wanted, progress)) {
      Analysis analysis = loaded.analyze(input.picture(), request, progress);
      AttentionResult result = AttentionResults.of(loaded, analysis, input.source(), scaling);
      result.write(output, result.heatmaps());
      spec.commandLine().getOut().println(analysis.answer());
      spec.commandLine().getOut().flush();
    }
    return CommandLine.ExitCode.OK;
  }

  private Checkpoint checkpoint() {
    TerminalConsent terminal = new TerminalConsent(yes, spec.commandLine().getErr());
    return ModelLocator.open(model, terminal, terminal.progress());
  }

  private Roi region() {
    if (roi == null) {
      return null;
    }
    if (!roi.matches("(\\d{1,6},){2}[1-9]\\d{0,5},[1-9]\\d{0,5}")) {
      throw new InputException(
          "Expected --roi as x,y,width,height in whole pixels, found '" + roi + "'.");
    }
    String[] parts = roi.split(",");
    int[] box = new int[parts.length];
    for (int i = 0; i < box.length; i++) {
      box[i] = Integer.parseInt(parts[i]);
    }
    return new Roi(box[0], box[1], box[2], box[3]);
  }

  /** Progress on a terminal only: in a log file it would be noise. */
  private Progress progress() {
    if (System.console() == null) {
      return Progress.NONE;
    }
    PrintWriter err = spec.commandLine().getErr();
    return (stage, done, total) -> {
      err.printf("\r%-60s", "%s %d/%d".formatted(stage, done, total));
      err.flush();
    };
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = AttentionCli.class.getPackage().getImplementationVersion();
      return new String[] {"VLM Visualizer for Fiji " + (version == null ? "" : version)};
    }
  }
}
