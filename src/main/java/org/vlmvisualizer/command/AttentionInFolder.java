package org.vlmvisualizer.command;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.scijava.command.Command;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.PictureChoice;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.BatchTables;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.ResultPacks;
import org.vlmvisualizer.output.SavedFiles;

/**
 * Asks the same question about every picture in a folder. Results go into files: a folder for each
 * picture, and tables over all of them. Run again, it goes on where it ended.
 *
 * <pre>
 * run("Attention in Folder...", "folder=[/my/pictures] output=[/my/results] prompt=[How many cells are there?]");
 * </pre>
 */
@Plugin(
    type = Command.class,
    description = "Asks a vision-language model the same question about every picture of a folder.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "Attention in Folder...", weight = 4)
    })
public class AttentionInFolder extends AskingCommand {
  /** Title of the table with a row per picture. */
  public static final String TABLE_TITLE = "Attention in folder";

  @Parameter(
      persist = false,
      required = false,
      style = "both",
      label = "Folder or list of pictures",
      description = "A list is a CSV file with a column image")
  private File folder;

  @Parameter(
      persist = false,
      label = "Look into its folders, too",
      description = "Results of well/A01.tif are in well/A01-tif then")
  private boolean subfolders = false;

  @Parameter(
      persist = false,
      label = "Of files with several planes",
      description =
          "The first plane, the first of each image (series, fields of a plate), or all slices and time points; other files than ImageJ's own need Bio-Formats",
      choices = {"first", "series", "all"})
  private String planes = "first";

  @Parameter(
      persist = false,
      required = false,
      style = "directory",
      label = "Save results in",
      description = "A folder for each picture, tokens.csv and batch.csv for all of them")
  private File output;

  @Parameter(
      persist = false,
      label = "Go on where an earlier run ended",
      description = "Pictures that have their answer to this question are not asked about again")
  private boolean resume = true;

  @Parameter(
      persist = false,
      label = "Files of each picture",
      description =
          "table: what the tables are made from; maps: patches.tif, too; all: heatmaps, montage and plot as well",
      choices = {"all", "maps", "table"},
      attrs = @Attr(name = ADVANCED))
  private String files = "all";

  @Parameter(
      persist = false,
      label = "Pack results",
      description =
          "zip: one file for the results of up to 1,000 pictures, instead of a folder for each",
      choices = {"none", "zip"},
      attrs = @Attr(name = ADVANCED))
  private String pack = "none";

  @Parameter(
      persist = false,
      label = "Question",
      style = "text area",
      description = "What you want to know about each picture, in plain words",
      attrs = @Attr(name = REMEMBERED))
  private String prompt = "What is in the image?";

  @Override
  Set<String> unasked() {
    return Set.of("interval"); // of videos
  }

  @Override
  void execute() {
    RequestOptions asked = options(prompt);
    asked.request().requireStills();
    SavedFiles saved = SavedFiles.of(words(), asked.request().keep());
    RequestOptions options = asked.withMatrix(saved.matrix());
    boolean isPacking = ResultPacks.areWanted(words());
    Path source = path("folder", folder);
    Path results = path("output", output);
    PictureFolder pictures;
    BatchRun.Outcome outcome;
    try (RunProgress progress = progress()) {
      pictures = PictureFolder.of(source, choice(), results, progress);
      ResultFiles.prepare(results);
      try (Asker asker = asker(options, progress)) {
        outcome =
            new BatchRun(asker, results, resume)
                .saving(saved)
                .packing(isPacking)
                .run(pictures, progress, (row, result) -> {});
      }
    }
    Tables.show(
        BatchTables.table(outcome.rows(), pictures.columns()).toResultsTable(), TABLE_TITLE);
    outcome.requireAnswer();
    if (outcome.cancelled()) {
      throw new CancellationException(
          "Cancelled: %d of %d pictures are done; run it again to go on."
              .formatted(outcome.count(BatchRow.Status.DONE), outcome.rows().size()));
    }
  }

  private PictureChoice choice() {
    Map<String, String> words =
        Map.of("subfolders", Boolean.toString(subfolders), "planes", String.valueOf(planes));
    return PictureChoice.of(words::get, null);
  }

  private static Path path(String key, File file) {
    if (!isGiven(file)) {
      throw new InputException("Expected a folder for %s, found none.".formatted(key));
    }
    return file.toPath();
  }
}
