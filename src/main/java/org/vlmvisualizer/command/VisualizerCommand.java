package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.plugin.frame.Recorder;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.lang.reflect.Field;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.scijava.ItemVisibility;
import org.scijava.app.StatusService;
import org.scijava.command.ContextCommand;
import org.scijava.log.LogService;
import org.scijava.plugin.Parameter;
import org.scijava.task.TaskService;
import org.scijava.thread.ThreadService;
import org.scijava.util.ClassUtils;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.dialog.Option;

/**
 * What this plugin's commands have in common: expected failures are one sentence, a cancel is no
 * failure, and in a macro, options that are left out take their defaults ({@link MacroDefaults}).
 */
abstract class VisualizerCommand extends ContextCommand {
  /** Attribute of a parameter that the dialog shows behind "More options" only. */
  static final String ADVANCED = "advanced";

  /** Attribute of a parameter whose last value the dialog shows again. */
  static final String REMEMBERED = "remembered";

  /** Attribute of a box that the dialog shows unticked, whatever its default in macros. */
  static final String UNTICKED = "unticked";

  private static final String STOP = "stop";
  private static final String CONTINUE = "continue";

  @Parameter private StatusService status;
  @Parameter private TaskService tasks;
  @Parameter private LastWord lastWord;
  @Parameter private LogService log;
  @Parameter private ThreadService threads;

  @Parameter(
      persist = false,
      required = false,
      visibility = ItemVisibility.INVISIBLE,
      description = "In macros: whether a failed run ends the macro")
  private String failure = STOP;

  private InputException fault;
  private Caller caller;
  private boolean asked;

  /**
   * Does the work.
   *
   * @throws InputException with a sentence for the user
   * @throws CancellationException if the user cancels, with what was kept as its message
   */
  abstract void execute();

  /** Whether it has to wait its {@link Turn}. */
  boolean asksModel() {
    return false;
  }

  /** Inputs that its dialog does not ask for, since the command passes over or refuses them. */
  Set<String> unasked() {
    return Set.of();
  }

  /** For a fault that is found before the command runs. */
  final void failLater(InputException e) {
    fault = e;
  }

  /** Who runs it; found out on the thread that it runs on. */
  final Caller caller() {
    if (caller == null) {
      caller = Caller.of(threads);
    }
    return caller;
  }

  /** Notes that a person has answered the command's dialog. */
  final void setAsked() {
    asked = true;
  }

  /** Whether its options come from the dialog, and so from the menu. */
  final boolean wasAsked() {
    return asked && !caller().isMacro();
  }

  @Override
  public final void run() {
    tell("");
    try (Turn turn = asksModel() ? Turn.take() : null) {
      if (fault != null) {
        throw fault;
      }
      words().isSecond("failure", STOP, CONTINUE); // refuses other words
      execute();
    } catch (InputException e) {
      fail(e.getMessage());
    } catch (InvalidPathException e) {
      fail(LocaleText.refusal(e).getMessage());
    } catch (CancellationException e) {
      tell(e.getMessage());
      say(e.getMessage());
      if (!failure.equals(CONTINUE)) {
        caller().end();
      }
    } catch (RuntimeException | Error e) {
      tell("An unexpected error: " + e);
      if (!failure.equals(CONTINUE)) {
        caller().end();
      }
      throw e;
    }
  }

  /** For macros and for scripts that look at failures. A run from the menu does not change it. */
  private void tell(String error) {
    if (caller().isMacro() || failure.equals(CONTINUE)) {
      LastRun.ended(error);
    }
  }

  /**
   * The image that the command is about, which no dialog can give; looked for before one opens.
   *
   * @return null if it needs none
   * @throws InputException if it is not there
   */
  ImagePlus subject() {
    return null;
  }

  /** The image that SciJava filled in, or else ImageJ's active one; null for none. */
  static ImagePlus orActive(ImagePlus image) {
    return image != null ? image : WindowManager.getCurrentImage();
  }

  /**
   * Tells what the command will cost by options as the dialog has them, be they wrong; asked off
   * the event thread.
   *
   * @return null of a command that does not tell; its text is empty where it is not known
   */
  Function<Words, String> foretold() {
    return null;
  }

  /** Whether the command has a window of its own, so that no dialog asks for its options. */
  boolean hasOwnWindow() {
    return false;
  }

  /** Values that the dialog offers for an option of free text; may read from the disk. */
  List<String> suggestions(String key) {
    return List.of();
  }

  /** The options by the names of their parameters. */
  final Words words() {
    List<Field> parameters = ClassUtils.getAnnotatedFields(getClass(), Parameter.class);
    return name ->
        parameters.stream()
            .filter(parameter -> parameter.getName().equals(name))
            .map(parameter -> ClassUtils.getValue(parameter, this).toString())
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("No parameter " + name));
  }

  /** A list that the dialog offers for an option that is a file or folder; null for none. */
  Option.NameList list(String key) {
    return null;
  }

  /** Progress of long work; cancelled by Escape and in the task list. */
  final RunProgress progress() {
    return new RunProgress(status, tasks, "VLM Visualizer");
  }

  /** Makes a result the active image of a macro in batch mode; with windows, ImageJ does. */
  final void activate(ImagePlus result) {
    MacroImage.activate(result, threads);
  }

  /** Whether a file or folder is given: an option without text arrives as one without a name. */
  static boolean isGiven(File file) {
    return file != null && !file.getPath().isBlank();
  }

  /** Leaves a sentence in the status bar. */
  final void say(String sentence) {
    lastWord.say(sentence);
  }

  final LogService log() {
    return log;
  }

  /**
   * One sentence for the user. It ends a macro, as ImageJ's own errors do, since the next lines
   * would take another image for the result; unless the macro says that it looks at {@link LastRun}
   * itself.
   */
  private void fail(String message) {
    String sentence = CleanText.of(message); // headless, it goes to a terminal
    tell(sentence);
    if (!caller().isMacro()) {
      refuse(sentence);
      return;
    }
    cancel(null);
    if (failure.equals(CONTINUE)) {
      log.debug(sentence);
      return;
    }
    caller().fail(sentence);
  }

  /**
   * Keeps a run without result out of a macro that is being recorded: it would be recorded without
   * its options, and open a dialog.
   */
  final void leaveUnrecorded() {
    if (!caller().isMacro()) {
      Recorder.setCommand(null);
    }
  }

  /** In a box of our own: SciJava's is as wide as the sentence is long. */
  private void refuse(String sentence) {
    leaveUnrecorded();
    if (GraphicsEnvironment.isHeadless()) {
      cancel(sentence);
      return;
    }
    cancel(null);
    if (!failure.equals(CONTINUE)) {
      MessageBox.tell(IJ.getInstance(), sentence);
    }
  }
}
