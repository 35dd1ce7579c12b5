package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.WindowManager;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.awt.GraphicsEnvironment;
import java.io.File;
import org.scijava.ItemIO;
import org.scijava.command.Command;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.output.AttentionResult;
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
public class ShowAttention extends AskingCommand {
  /** Title of the results table. */
  public static final String TABLE_TITLE = "Attention per token";

  @Parameter(persist = false, required = false)
  private ImagePlus image;

  @Parameter(
      persist = false,
      label = "Only the selection",
      description = "Ask about the bounding box of the image's area selection, if it has one")
  private boolean selection = true;

  @Parameter(persist = false, label = "Show plot of ratios")
  private boolean plot = true;

  @Parameter(persist = false, label = "Show montage")
  private boolean montage = true;

  @Parameter(
      persist = false,
      label = "Show attention matrix",
      description = "Of every token to every other, the picture's included",
      attrs = @Attr(name = ADVANCED))
  private boolean matrix = false;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Save in folder",
      description =
          "Maps, table, plot, montage and run.json go there; leave it empty to save nothing")
  private File output;

  @Parameter(
      persist = false,
      label = "Question",
      style = "text area",
      description = "What you want to know about the image, in plain words",
      attrs = @Attr(name = REMEMBERED))
  private String prompt = "What is in the image?";

  @Parameter(type = ItemIO.OUTPUT)
  private ImagePlus heatmaps;

  @Override
  void checkBeforeAsking() {
    if (image == null && WindowManager.getCurrentImage() == null) {
      // Throws the sentence about a missing image.
      ImageInput.of(null);
    }
  }

  @Override
  void execute() {
    AnalysisRequest request = request(prompt);
    Upsampling upsampling = upsampling();
    boolean save = output != null && !output.getPath().isBlank();
    ImagePlus asked = image != null ? image : WindowManager.getCurrentImage();
    ImageInput input = selection ? ImageInput.of(asked) : ImageInput.of(asked, null);
    if (save) {
      ResultFiles.prepare(output.toPath());
    }
    try (RunProgress progress = progress();
        AttentionModel model = openModel(progress)) {
      Analysis analysis = model.analyze(input.picture(), request, progress);
      AttentionResult result = AttentionResults.of(model, analysis, input.source(), upsampling);
      ImagePlus maps = result.heatmaps();
      if (save) {
        result.write(output.toPath(), maps);
      }
      LastResult.remember(result);
      show(result, maps);
      heatmaps = maps;
    }
  }

  /** The heatmaps are shown by SciJava with a display, and have to be shown here without one. */
  private void show(AttentionResult result, ImagePlus maps) {
    ResultsTable table = result.table().toResultsTable();
    if (GraphicsEnvironment.isHeadless()) {
      Analyzer.setResultsTable(table);
      maps.show();
      return;
    }
    table.show(TABLE_TITLE);
    if (plot) {
      result.plot().show();
    }
    if (montage) {
      new ImagePlus("Montage of " + maps.getTitle(), result.montage()).show();
    }
    if (matrix) {
      result.matrixImage().show();
    }
  }
}
