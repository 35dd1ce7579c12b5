package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.scijava.command.Command;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.compare.ComparedPicture;
import org.vlmvisualizer.compare.ComparisonMontage;
import org.vlmvisualizer.compare.ComparisonOptions;
import org.vlmvisualizer.compare.ComparisonRun;
import org.vlmvisualizer.compare.ComparisonTable;
import org.vlmvisualizer.compare.PictureComparison;
import org.vlmvisualizer.compare.PictureScores;
import org.vlmvisualizer.compare.Target;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.roi.RoiChoice;

/**
 * Compares attribution methods on the active image, or on the pictures of a folder: which points
 * best at what the ROIs say, and which shows what the model needs.
 *
 * <pre>
 * run("Compare Methods...", "methods=language,tam prompt=[How many cells are there?]");
 * run("Compare Methods...", "folder=[/my/pictures] output=[/my/results] prompt=[What is in the image?]");
 * </pre>
 *
 * With a folder, run again, it goes on where it ended.
 */
@Plugin(
    type = Command.class,
    description =
        "Compares ways to make attention maps on your own model and pictures: pointing, energy, deletion, insertion, faithfulness, seconds.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "Compare Methods...", weight = 5)
    })
public class CompareMethods extends AskingCommand {
  /** Title of the table with a row per method. */
  public static final String TABLE_TITLE = "Methods compared";

  @Parameter(persist = false, required = false)
  private ImagePlus image;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Folder with pictures (optional)",
      description =
          "Instead of the active image; ROIs are read from files beside the pictures, of field.tif from field.zip")
  private File folder;

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Save results in",
      description = "Tables and montage; with a folder of pictures, a folder for each, too")
  private File output;

  @Parameter(
      persist = false,
      label = "Methods",
      description = "all, or names with commas between: language,localization-heads,tam")
  private String methods = "all";

  @Parameter(
      persist = false,
      label = "Faithfulness",
      description =
          "Whether each word needs what its map is highest on: two passes for each word and method",
      choices = {"on", "off"})
  private String faithfulness = "on";

  @Parameter(
      persist = false,
      label = "Steps of deletion and insertion",
      description =
          "Parts in which the picture is hidden and shown, 0 for none; each takes two passes for each word and method",
      attrs = @Attr(name = ADVANCED))
  private int steps = 0;

  @Parameter(
      persist = false,
      label = "Go on where an earlier run ended",
      description = "Pictures of a folder that were compared with the same options are left out")
  private boolean resume = true;

  @Parameter(
      persist = false,
      label = "Question",
      style = "text area",
      description = "What you want to know about each picture, in plain words",
      attrs = @Attr(name = REMEMBERED))
  private String prompt = "What is in the image?";

  @Override
  Set<String> unasked() {
    return Set.of("method", "evidence", "check", "keep", "boxes", "interval");
  }

  @Override
  void execute() {
    RequestOptions options = options(prompt);
    options.request().requireStills();
    ComparisonOptions compared = ComparisonOptions.of(words());
    try (RunProgress progress = progress();
        Asker asker = asker(options, progress)) {
      if (isGiven(folder)) {
        inFolder(asker, compared, progress);
      } else {
        onImage(asker, compared, progress);
      }
    }
  }

  private void inFolder(Asker asker, ComparisonOptions compared, Progress progress) {
    if (!isGiven(output)) {
      throw new InputException("Expected a folder for output, found none.");
    }
    List<ComparedPicture> pictures = ComparedPicture.inFolder(folder.toPath());
    ComparisonRun.Outcome outcome =
        new ComparisonRun(asker, compared, output.toPath(), resume).run(pictures, progress);
    show(outcome.pictures());
    if (outcome.cancelled()) {
      throw new CancellationException(
          "Cancelled: %d of %d pictures are done; run it again to go on."
              .formatted(outcome.pictures().size(), pictures.size()));
    }
    if (!outcome.failures().isEmpty()) {
      say(
          "%d of %d pictures could not be compared; comparison.json tells why."
              .formatted(outcome.failures().size(), pictures.size()));
    }
  }

  private void onImage(Asker asker, ComparisonOptions compared, Progress progress) {
    ImagePlus active = orActive(image);
    ImageInput input = ImageInput.of(active, active == null ? null : active.getRoi());
    PictureComparison.Outcome outcome =
        new PictureComparison(asker.model(progress), asker.request(), compared)
            .compare(input.source().title(), input.picture(), regions(active, input), progress);
    if (isGiven(output)) {
      ComparisonRun.write(output.toPath(), outcome, input, asker.rendering());
    }
    if (!GraphicsEnvironment.isHeadless() && !outcome.maps().isEmpty()) {
      new ImagePlus(
              "Methods on " + input.source().title(),
              ComparisonMontage.of(outcome.maps(), input, asker.rendering()))
          .show();
    }
    show(List.of(outcome.scores()));
  }

  /** ROIs of the manager or the overlay; the selection is the part that is asked about. */
  private static List<Target.Named> regions(ImagePlus active, ImageInput input) {
    for (RoiChoice choice : List.of(RoiChoice.MANAGER, RoiChoice.OVERLAY)) {
      if (choice.hasAny(active)) {
        return ComparedPicture.named(
            choice.regions(active, input.source(), input.picture()), input);
      }
    }
    return List.of();
  }

  private static void show(List<PictureScores> pictures) {
    Tables.show(ComparisonTable.summary(pictures).toResultsTable(), TABLE_TITLE);
  }
}
