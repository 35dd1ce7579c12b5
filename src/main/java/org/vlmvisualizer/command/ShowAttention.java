package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.gui.Plot;
import ij.gui.Roi;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.scijava.ItemIO;
import org.scijava.command.Command;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.AskedSizes;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.Conversation;
import org.vlmvisualizer.ask.NamedPictures;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.ask.StackChoice;
import org.vlmvisualizer.ask.StackPictures;
import org.vlmvisualizer.ask.Together;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.explorer.WindowArranger;
import org.vlmvisualizer.output.Answer;
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

  /** Title of the table with a row per word. */
  public static final String WORDS_TITLE = "Attention per word";

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
      description =
          "The displayed slice; every slice or time point of its stack, one by one; or all of them together in one question",
      choices = {"current", "slices", "frames", "slices-together", "frames-together"})
  private String stack = "current";

  @Parameter(
      persist = false,
      label = "Slices or time points at most",
      description = "Evenly spaced ones of the stack, the first and the last among them; 0 for all",
      min = "0",
      attrs = @Attr(name = ADVANCED))
  private int frames = 0;

  @Parameter(
      persist = false,
      required = false,
      label = "Several images",
      description =
          "Titles of open images or paths of files, with ; between them: one question about all",
      attrs = @Attr(name = ADVANCED))
  private String images = "";

  @Parameter(
      persist = false,
      label = "Conversation",
      description =
          "new: a question of its own; next: a follow-up, for which the model sees the last question about the picture and its answer",
      choices = {"new", "next"},
      attrs = @Attr(name = ADVANCED))
  private String turn = "new";

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
  Function<Words, String> foretold() {
    ImagePlus asked = subject();
    return options -> {
      try {
        return foretell(asked, options);
      } catch (RuntimeException e) {
        log().debug(e); // whatever it is, the question itself will tell
        return "";
      }
    };
  }

  private static String foretell(ImagePlus asked, Words options) {
    boolean selected = Boolean.parseBoolean(options.of("selection"));
    List<String> named = NamedPictures.names(options.of("images"));
    Optional<AskedSizes> sizes =
        named.isEmpty()
            ? Optional.of(
                AskedSizes.of(
                    asked,
                    options.choice("stack", StackChoice.values()),
                    selected ? asked.getRoi() : null,
                    options.number("frames")))
            : AskedSizes.ofOpen(
                named, selected, FrameInterval.parse(options.of("interval")).isGiven());
    return sizes.isEmpty() ? "" : foretell(options, sizes.get());
  }

  @Override
  void execute() {
    Path folder = isGiven(output) ? output.toPath() : null;
    // Whether it is saved or not: recording it changes the last digits of maps.
    MatrixChoice recorded = matrix ? MatrixChoice.ALWAYS : MatrixChoice.SHORT;
    RequestOptions options = options(prompt).withMatrix(recorded);
    if (options.request().boxes()) {
      ShownBoxes.requireRoom(folder);
    }
    StackChoice choice = words().choice("stack", StackChoice.values());
    List<String> named = NamedPictures.names(images);
    boolean goesOn = Conversation.goesOn(words());
    requireOneWay(choice, named, goesOn);
    if (choice != StackChoice.FRAMES_TOGETHER && named.isEmpty()) {
      options.request().requireStills();
    }
    if (!named.isEmpty()) {
      askTogether(p -> Together.of(NamedPictures.of(named, selection), p), options, folder);
      return;
    }
    ImagePlus asked = subject();
    Roi region = selection ? asked.getRoi() : null;
    if (choice == StackChoice.CURRENT) {
      ImageInput input = ImageInput.of(asked, region);
      Conversation earlier = goesOn ? conversation(input) : null;
      prepare(folder);
      askOne(input, earlier, options, folder);
    } else {
      StackPictures pictures = StackPictures.of(asked, choice, region, frames);
      if (choice.isTogether()) {
        askTogether(progress -> Together.of(pictures, progress), options, folder);
      } else {
        prepare(folder);
        askStack(pictures, options, folder);
      }
    }
  }

  /** That of the result which the active image shows, or of the last one about it. */
  private Conversation conversation(ImageInput input) {
    ImagePlus active = orActive(image);
    if (!LastResult.isAbout(active)) {
      throw new InputException(
          "Expected an answer about %s for turn=next to go on with, found none; ask a question of its own first, with turn=new."
              .formatted(active.getTitle()));
    }
    Conversation conversation = new Conversation(LastResult.of(active));
    conversation.requireAbout(input.picture());
    return conversation;
  }

  private void requireOneWay(StackChoice choice, List<String> named, boolean goesOn) {
    if (goesOn && (choice != StackChoice.CURRENT || !named.isEmpty())) {
      throw new InputException(
          "Expected turn=new with several pictures, found turn=next; a follow-up is about one picture.");
    }
    if (choice == StackChoice.CURRENT && frames != 0) {
      throw new InputException(
          "Expected frames=0 with stack=current, found frames=%d; choose slices or frames of the stack with stack=frames-together or another."
              .formatted(frames));
    }
    if (choice != StackChoice.CURRENT && !named.isEmpty()) {
      throw new InputException(
          "Expected stack=current with images=%s, found stack=%s; ask about the images or about a stack."
              .formatted(images, stack));
    }
  }

  private static void prepare(Path folder) {
    if (folder != null) {
      ResultFiles.prepare(folder);
    }
  }

  private void askOne(ImageInput input, Conversation earlier, RequestOptions options, Path folder) {
    RequestOptions asked = earlier == null ? options : options.following(earlier.exchanges());
    try (RunProgress progress = progress();
        Asker asker = asker(asked, progress);
        LiveAnswer live = live(progress, true)) {
      if (earlier != null) {
        earlier.requireOf(asker.checkpoint());
      }
      finish(asker.ask(input, progress, watch(live)), folder, live);
    }
  }

  /** Pictures are read before a model is looked for. */
  private void askTogether(Function<Progress, Together> read, RequestOptions options, Path folder) {
    try (RunProgress progress = progress()) {
      Together pictures = read.apply(progress);
      prepare(folder);
      try (Asker asker = asker(options, progress);
          LiveAnswer live = live(progress, true)) {
        finish(pictures.ask(asker, progress, watch(live)), folder, live);
      }
    }
  }

  /** Whatever ends this early, the answers so far are shown. */
  private void askStack(StackPictures pictures, RequestOptions options, Path folder) {
    AttentionSeries series = pictures.series();
    BatchRun.Outcome outcome = null;
    try (RunProgress progress = progress();
        Asker asker = asker(options, progress);
        LiveAnswer live = live(progress, false)) {
      try {
        outcome =
            pictures.ask(
                asker,
                folder,
                series,
                progress,
                () -> {
                  if (live != null && !series.isEmpty()) {
                    live.show(series);
                  }
                });
        outcome.requireAnswer();
      } finally {
        if (!series.isEmpty()) {
          show(series, folder, live, outcome == null);
        }
      }
    }
    if (outcome.cancelled()) {
      throw new CancellationException(
          "Cancelled: %d of %d pictures are done."
              .formatted(outcome.count(BatchRow.Status.DONE), outcome.rows().size()));
    }
  }

  /**
   * The windows of an answer from the menu, which show it while it is written.
   *
   * @return null in macros and without a display
   */
  private LiveAnswer live(RunProgress progress, boolean explores) {
    boolean isSeen = wasAsked() && !GraphicsEnvironment.isHeadless();
    ExplorerModel next = explores ? new ExplorerModel(context()) : null;
    return isSeen ? new LiveAnswer(progress, next) : null;
  }

  private static <A extends Answer> Consumer<Supplier<A>> watch(LiveAnswer live) {
    return live == null ? null : live::written;
  }

  private void finish(Answer answer, Path folder, LiveAnswer live) {
    if (Turn.isQuitting()) {
      throw new CancellationException("Cancelled: nothing was changed.");
    }
    show(answer, folder, live, false);
    AttentionResult first = answer.first();
    if (!GraphicsEnvironment.isHeadless()) {
      showFigures(first, live == null ? null : LiveAnswer.beside(first));
    }
    if (!first.written().isEmpty()) {
      say("Cancelled: %s were written, and are kept.".formatted(first.written()));
    } else if (!first.answerLeftOut().isEmpty()) {
      say(first.answerLeftOut());
    }
  }

  /**
   * Saves and shows heatmaps and table; from the menu, where they have grown already. The heatmaps
   * are the active image. In a macro, SciJava shows them with a display, and without one they have
   * to be shown here.
   *
   * @param live the windows so far; null for none
   * @param failed whether the command fails, so that SciJava does not show its outputs
   */
  private void show(Answer answer, Path folder, LiveAnswer live, boolean failed) {
    ImagePlus maps = live == null ? answer.heatmaps() : live.whole(answer);
    if (folder != null) {
      answer.write(folder, maps);
    }
    LastResult.remember(answer.results());
    ShownBoxes.show(answer.results(), context());
    if (live != null) {
      heatmaps = live.finish(answer, maps);
      return;
    }
    heatmaps = maps;
    showTables(answer);
    if (GraphicsEnvironment.isHeadless() || failed) {
      maps.show();
    }
    activate(maps);
  }

  /** Without a display, ImageJ has one table only: its results table. */
  static void showTables(Answer answer) {
    if (!GraphicsEnvironment.isHeadless()) {
      Tables.show(answer.wordsTable(), WORDS_TITLE);
    }
    // Last, so that a macro's next line finds it active.
    Tables.show(answer.resultsTable(), TABLE_TITLE);
  }

  /**
   * @param windows of an answer from the menu; null in a macro
   */
  private void showFigures(AttentionResult result, WindowArranger windows) {
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
    if (windows != null && (plot || montage || matrix)) {
      windows.arrange(heatmaps);
    }
  }
}
