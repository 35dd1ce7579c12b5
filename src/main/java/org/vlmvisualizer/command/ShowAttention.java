package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.Plot;
import ij.gui.Roi;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.scijava.ItemIO;
import org.scijava.command.Command;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.ask.StackChoice;
import org.vlmvisualizer.ask.StackPictures;
import org.vlmvisualizer.explorer.Explorer;
import org.vlmvisualizer.explorer.ScaleStrip;
import org.vlmvisualizer.explorer.WindowArranger;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.AttentionSeries;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.picture.ImageInput;

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
@Plugin(
    type = Command.class,
    description =
        "Asks a vision-language model about the image and shows where it looked for each token of its answer.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "Show Attention...", weight = 1)
    })
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

  @Parameter(
      persist = false,
      label = "Ask about",
      description = "The displayed slice, or every slice or time point of its stack, one by one",
      choices = {"current", "slices", "frames"})
  private String stack = "current";

  @Parameter(persist = false, label = "Show plot of ratios", attrs = @Attr(name = UNTICKED))
  private boolean plot = true;

  @Parameter(persist = false, label = "Show montage", attrs = @Attr(name = UNTICKED))
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
  ImagePlus subject() {
    ImagePlus active = orActive(image);
    ImagePlus asked = active == null ? null : AskedImage.of(active);
    ImageInput.require(asked);
    return asked;
  }

  @Override
  void execute() {
    RequestOptions options = options(prompt);
    StackChoice choice = words().choice("stack", StackChoice.values());
    Path folder = isGiven(output) ? output.toPath() : null;
    ImagePlus asked = subject();
    Roi region = selection ? asked.getRoi() : null;
    if (choice == StackChoice.CURRENT) {
      ImageInput input = ImageInput.of(asked, region);
      prepare(folder);
      askOne(input, options, folder);
    } else {
      StackPictures pictures = StackPictures.of(asked, choice, region);
      prepare(folder);
      askStack(pictures, options, folder);
    }
  }

  private static void prepare(Path folder) {
    if (folder != null) {
      ResultFiles.prepare(folder);
    }
  }

  private void askOne(ImageInput input, RequestOptions options, Path folder) {
    try (RunProgress progress = progress();
        Asker asker = asker(options, progress)) {
      AttentionResult result = asker.ask(input, progress);
      ImagePlus maps = result.heatmaps();
      if (folder != null) {
        result.write(folder, maps);
      }
      LastResult.remember(List.of(result));
      show(result, maps);
      activate(maps);
      heatmaps = maps;
    }
  }

  /** Whatever ends this early, the answers so far are shown. */
  private void askStack(StackPictures pictures, RequestOptions options, Path folder) {
    AttentionSeries series = pictures.series();
    BatchRun.Outcome outcome = null;
    try (RunProgress progress = progress();
        Asker asker = asker(options, progress)) {
      outcome =
          new BatchRun(asker, folder, false)
              .run(
                  pictures.pictures(),
                  List.of(),
                  progress,
                  (row, result) -> add(series, row, result));
      outcome.requireAnswer();
    } finally {
      if (!series.isEmpty()) {
        show(series, folder, outcome == null);
      }
    }
    if (outcome.cancelled()) {
      throw new CancellationException(
          "Cancelled: %d of %d pictures are done."
              .formatted(outcome.count(BatchRow.Status.DONE), outcome.rows().size()));
    }
  }

  private static void add(AttentionSeries series, BatchRow row, AttentionResult result) {
    if (result == null) {
      series.fail(row.picture(), row.error());
    } else {
      series.add(row.picture(), result);
    }
  }

  private void show(AttentionSeries series, Path folder, boolean failed) {
    ImagePlus maps = series.heatmaps();
    if (folder != null) {
      series.write(folder, maps);
    }
    LastResult.remember(series.results());
    WindowArranger windows = wasAsked() ? windowsBeside(series.results().get(0)) : null;
    Tables.show(series.table().toResultsTable(), TABLE_TITLE);
    // A failed command's outputs are not shown by SciJava.
    if (GraphicsEnvironment.isHeadless() || failed || windows != null) {
      maps.show();
    }
    if (windows != null) {
      ScaleStrip.add(maps);
      windows.arrange(maps);
    }
    activate(maps);
    heatmaps = maps;
  }

  /**
   * From the menu, the answer opens in the Token Explorer too, and the heatmaps are the active
   * image as in macros. There, SciJava shows them with a display, and without one they have to be
   * shown here.
   */
  private void show(AttentionResult result, ImagePlus maps) {
    WindowArranger windows = wasAsked() ? windowsBeside(result) : null;
    Tables.show(result.table().toResultsTable(), TABLE_TITLE);
    if (GraphicsEnvironment.isHeadless()) {
      maps.show();
      return;
    }
    if (plot) {
      Plot ratios = result.plot();
      ratios.show();
      AttentionResult.markFigure(ratios.getImagePlus(), result); // which show() has made
    }
    if (montage) {
      result.montageImage().show();
    }
    if (matrix) {
      result.matrixImage().show();
    }
    if (windows != null) {
      Explorer.open(result, windows);
      maps.show();
      windows.arrange(maps);
    }
  }

  /** The table's window is there already after an earlier question, and is used again. */
  private static WindowArranger windowsBeside(AttentionResult result) {
    WindowArranger windows = WindowArranger.beside(result.source().image().get());
    windows.keep(WindowManager.getFrame(TABLE_TITLE));
    return windows;
  }
}
