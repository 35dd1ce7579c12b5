package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.util.List;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.SavedResult;
import org.vlmvisualizer.roi.NamedRegion;
import org.vlmvisualizer.roi.RoiChoice;
import org.vlmvisualizer.roi.RoiFile;
import org.vlmvisualizer.roi.RoiMeasures;

/**
 * Measures how much of each token's and each word's map lies in ROIs, compares it with chance, and
 * tells which tokens looked at a ROI most.
 *
 * <pre>run("Attention in ROIs...", "source=manager output=/path/to/folder");</pre>
 *
 * Measured is the result in {@code folder}; without one, that of the active image, be it what was
 * asked about, a window of heatmaps or a file of a saved result; with no image open, the newest.
 */
@Plugin(
    type = Command.class,
    description =
        "How much of each token's attention map lies in ROIs, and which tokens looked at a ROI most.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "Attention in ROIs...", weight = 3)
    })
public class AttentionInRois extends VisualizerCommand {
  /** Title of the table with a row per token. */
  public static final String PER_TOKEN_TITLE = "Attention in ROIs";

  /** Title of the table with a row per word. */
  public static final String PER_WORD_TITLE = "Words in ROIs";

  /** Title of the table with a row per ROI and token. */
  public static final String PER_ROI_TITLE = "Tokens by ROI";

  @Parameter(persist = false, required = false)
  private ImagePlus image;

  @Parameter(
      persist = false,
      label = "ROIs of",
      description = "auto: the ROI Manager; if it is empty, the overlay; else the selection",
      choices = {"auto", "manager", "overlay", "selection"})
  private String source = "auto";

  @Parameter(
      persist = false,
      required = false,
      label = "ROIs of a file (optional)",
      description = "A .roi or .zip of the ROI Manager, instead of the above")
  private File rois;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Saved result (optional)",
      description = "A folder that results were saved in; else the active image's result")
  private File folder;

  @Parameter(
      persist = false,
      label = "Compare with chance",
      description =
          "With the same shapes at 999 random places: the interval of 95 % of their enrichments, and p")
  private boolean chance = true;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Save tables in (optional)")
  private File output;

  @Override
  void execute() {
    ImagePlus active = orActive(image);
    RoiChoice choice = words().choice("source", RoiChoice.values());
    AttentionResult result =
        isGiven(folder) ? SavedResult.read(folder.toPath()) : LastResult.of(active);
    List<NamedRegion> regions =
        isGiven(rois)
            ? RoiFile.regions(rois.toPath())
            : choice.regions(active, result.source(), result.picture());
    RoiMeasures measures;
    try (RunProgress progress = progress()) {
      measures = RoiMeasures.of(result, regions, chance, progress);
    }
    if (isGiven(output)) {
      ResultFiles.prepare(output.toPath());
      measures.write(output.toPath());
    }
    show(measures);
    String unmeasured = measures.unmeasured();
    if (!unmeasured.isEmpty()) {
      say("Not measured (" + unmeasured + ").");
    }
  }

  /** Without a display, ImageJ has one table only: its results table. */
  private static void show(RoiMeasures measures) {
    if (!GraphicsEnvironment.isHeadless()) {
      Tables.show(measures.perWord().toResultsTable(), PER_WORD_TITLE);
      Tables.show(measures.perRoi().toResultsTable(), PER_ROI_TITLE);
    }
    // Last, so that a macro's next line finds it active.
    Tables.show(measures.perToken().toResultsTable(), PER_TOKEN_TITLE);
  }
}
