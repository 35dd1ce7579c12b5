package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.util.concurrent.CancellationException;
import org.scijava.ItemIO;
import org.scijava.app.StatusService;
import org.scijava.command.Command;
import org.scijava.command.ContextCommand;
import org.scijava.log.LogService;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.scijava.task.TaskService;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.network.Precision;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.Upsampling;

/**
 * Asks a vision-language model about the active image and shows where it looked for each token of
 * its answer.
 *
 * <p>In a macro, every option that is left out takes its default, without a dialog:
 *
 * <pre>run("Show Attention...", "length=32 prompt=[What is in the image?]");</pre>
 *
 * The prompt comes last, since ImageJ would find other keys inside it. No key ends another. A run
 * that fails tells why in one sentence and opens no image.
 */
@Plugin(type = Command.class, menuPath = "Plugins>VLM Visualizer>Show Attention...")
public class ShowAttention extends ContextCommand {
  /** Title of the results table. */
  public static final String TABLE_TITLE = "Attention per token";

  @Parameter private StatusService status;
  @Parameter private TaskService tasks;
  @Parameter private LogService log;

  @Parameter(persist = false, required = false)
  private ImagePlus image;

  @Parameter(
      persist = false,
      description = "The folder of a model, its id on the Hugging Face hub like org/name, or demo")
  private String model = Checkpoint.DEMO;

  @Parameter(
      persist = false,
      description = "What a map is made of",
      choices = {"vlm-visualizer", "language"})
  private String method = "vlm-visualizer";

  @Parameter(
      persist = false,
      description = "Layers of the vision tower that the method vlm-visualizer averages",
      choices = {"all", "selected"})
  private String vision = "all";

  @Parameter(persist = false, description = "Decoder layers: all, 7 or 3-9, counted from 0")
  private String layers = "all";

  @Parameter(persist = false, description = "Attention heads: all, 7 or 3-9, counted from 0")
  private String heads = "all";

  @Parameter(
      persist = false,
      label = "First token",
      description = "Attention to the first token holds what the model has no use for",
      choices = {"drop", "keep"})
  private String first = "drop";

  @Parameter(
      persist = false,
      description = "How a question is put; auto asks the model's own files",
      choices = {"auto", "vicuna_v1", "mistral", "llama_2", "chatml", "v0"})
  private String template = "auto";

  @Parameter(
      persist = false,
      label = "System text",
      choices = {"drop", "keep"})
  private String system = "drop";

  @Parameter(
      persist = false,
      label = "Fit to the model's square",
      choices = {"pad", "crop"})
  private String fit = "pad";

  @Parameter(persist = false, description = "auto, cpu, gpu or gpu:1")
  private String device = "auto";

  @Parameter(
      persist = false,
      choices = {"auto", "float32", "bfloat16", "float16", "int8", "int4"})
  private String precision = "auto";

  @Parameter(persist = false, label = "Tokens at most", min = "1")
  private int length = 64;

  @Parameter(
      persist = false,
      description = "none keeps one pixel per patch",
      choices = {"nearest", "bilinear", "bicubic", "none"})
  private String upsampling = "nearest";

  @Parameter(persist = false, label = "Show plot of ratios")
  private boolean plot = true;

  @Parameter(persist = false, label = "Show montage")
  private boolean montage = true;

  @Parameter(persist = false, label = "Show attention matrix")
  private boolean matrix = false;

  @Parameter(
      persist = false,
      label = "Download without asking",
      description = "If the model is not on disk")
  private boolean download = false;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Save everything in (optional)")
  private File output;

  @Parameter(persist = false, label = "Question")
  private String prompt = "What is in the image?";

  @Parameter(type = ItemIO.OUTPUT)
  private ImagePlus heatmaps;

  @Override
  public void run() {
    try {
      heatmaps = analyze();
    } catch (InputException e) {
      fail(e.getMessage());
    } catch (CancellationException e) {
      status.showStatus("Cancelled: nothing was changed.");
    }
  }

  private ImagePlus analyze() {
    if (IJ.isMacro()) {
      MacroText.checkBrackets(Macro.getOptions());
    }
    AnalysisRequest request = request();
    Upsampling scaling = Upsampling.parse(upsampling);
    Precision wanted = Precision.parse(precision);
    boolean save = output != null && !output.getPath().isBlank();
    ImagePlus asked = image != null ? image : WindowManager.getCurrentImage();
    ImageInput input = ImageInput.of(asked);
    if (save) {
      ResultFiles.prepare(output.toPath());
    }
    try (RunProgress progress = new RunProgress(status, tasks, "VLM Visualizer");
        AttentionModel loaded =
            AttentionModel.open(
                ModelLocator.open(model, new DialogConsent(download), progress),
                device,
                wanted,
                progress)) {
      // Anything louder than debug opens Fiji's console.
      loaded.engine().lines().forEach(log::debug);
      Analysis analysis = loaded.analyze(input.picture(), request, progress);
      AttentionResults results = new AttentionResults(loaded, analysis, input.source(), scaling);
      ImagePlus maps = results.heatmaps();
      if (save) {
        results.write(output.toPath(), maps);
      }
      show(results, maps);
      return maps;
    }
  }

  private AnalysisRequest request() {
    return RequestOptions.request(
        IJ.isMacro() ? MacroText.repair(prompt) : prompt,
        method,
        vision,
        layers,
        heads,
        first,
        template,
        system,
        fit,
        length);
  }

  /** The heatmaps are shown by SciJava with a display, and have to be shown here without one. */
  private void show(AttentionResults results, ImagePlus maps) {
    ResultsTable table = results.table().toResultsTable();
    if (GraphicsEnvironment.isHeadless()) {
      Analyzer.setResultsTable(table);
      maps.show();
      return;
    }
    table.show(TABLE_TITLE);
    if (plot) {
      results.plot().show();
    }
    if (montage) {
      new ImagePlus("Montage of " + maps.getTitle(), results.montage()).show();
    }
    if (matrix) {
      results.matrix().show();
    }
  }

  /** One sentence for the user; a macro that runs without a display ends with it. */
  private void fail(String sentence) {
    cancel(sentence);
    if (GraphicsEnvironment.isHeadless() && IJ.isMacro()) {
      IJ.error("VLM Visualizer", sentence);
    }
  }
}
