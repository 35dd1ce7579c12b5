package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImagePlus;
import ij.Prefs;
import ij.gui.ImageWindow;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.scijava.ItemVisibility;
import org.scijava.Priority;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.dialog.Option;
import org.vlmvisualizer.dialog.OptionsDialog;

/**
 * Asks for the options of this plugin's commands in a dialog of its own, instead of SciJava's list
 * of all of them. It runs behind the steps that read a macro's options (imagej-legacy's and {@link
 * MacroDefaults}) and before those of SciJava that load or ask (priority VERY_LOW), to which it
 * leaves nothing open. No dialog opens without a display, for a macro that gives options, or for a
 * script that gives at least one: the other options take their defaults.
 */
@Plugin(type = PreprocessorPlugin.class, priority = Priority.LOW)
public final class OptionsHarvester extends AbstractPreprocessorPlugin {
  private static final String PREFIX = "vlmvisualizer.";

  /** Declared last for the macro language's sake, and shown first. */
  private static final String QUESTION = "prompt";

  @Override
  public void process(Module module) {
    if (!(module.getDelegateObject() instanceof VisualizerCommand command)) {
      return;
    }
    if (!GraphicsEnvironment.isHeadless()) {
      ask(module, command);
    }
    if (!isCanceled()) {
      // SciJava asks for what is not resolved, be it invisible.
      module.getInfo().inputs().forEach(item -> module.resolveInput(item.getName()));
    }
  }

  private void ask(Module module, VisualizerCommand command) {
    List<ModuleItem<?>> items = new ArrayList<>();
    module.getInfo().inputs().forEach(items::add);
    items.removeIf(item -> kind(item).isEmpty() || command.unasked().contains(item.getName()));
    boolean isCalled = items.stream().anyMatch(item -> module.isInputResolved(item.getName()));
    if (!isCalled && !items.isEmpty() && !command.hasOwnWindow()) {
      ask(module, command, items);
    }
  }

  private void ask(Module module, VisualizerCommand command, List<ModuleItem<?>> items) {
    ImagePlus subject;
    try {
      subject = command.subject();
    } catch (InputException e) {
      // Told by the command itself, which also ends a macro.
      command.failLater(e);
      return;
    }
    List<Option> options = new ArrayList<>();
    for (ModuleItem<?> item : items) {
      Option option = option(module, command, item);
      options.add(item.getName().equals(QUESTION) ? 0 : options.size(), option);
    }
    String title = module.getInfo().getTitle().replace("...", "");
    Optional<Map<String, Object>> answer =
        OptionsDialog.ask(
            IJ.getInstance(),
            title,
            about(subject),
            options,
            new OptionsDialog.Foot(note(command), Project.CITATION, Project::showHelp));
    if (answer.isEmpty()) {
      // Without a reason: whoever pressed Cancel knows it. As ImageJ's own, it ends a macro.
      cancel(null);
      command.leaveUnrecorded();
      command.caller().end();
      return;
    }
    command.setAsked();
    for (ModuleItem<?> item : items) {
      take(module, item, answer.get().get(item.getName()));
    }
  }

  private static OptionsDialog.About about(ImagePlus subject) {
    if (subject == null) {
      return null;
    }
    ImageWindow window = subject.getWindow();
    return new OptionsDialog.About(subject.getTitle(), window == null ? null : window.getBounds());
  }

  private static OptionsDialog.Note note(VisualizerCommand command) {
    Function<Words, String> foretold = command.foretold();
    return foretold == null
        ? null
        : new OptionsDialog.Note(
            "Cost",
            "What the question costs as it stands: image tokens, and seconds in proportion to the last answer of this model here; less where the picture is still in the model's memory",
            values -> foretold.apply(key -> values.get(key).toString()));
  }

  private static Option option(Module module, VisualizerCommand command, ModuleItem<?> item) {
    String key = item.getName();
    List<String> choices = new ArrayList<>(command.suggestions(key));
    if (item.getChoices() != null) {
      item.getChoices().forEach(choice -> choices.add(choice.toString()));
    }
    Object value = item.get(VisualizerCommand.UNTICKED) != null ? false : module.getInput(key);
    if (isRemembered(item)) {
      value = Prefs.get(PREFIX + key, value == null ? "" : value.toString());
    }
    String label = item.getLabel() == null || item.getLabel().isBlank() ? key : item.getLabel();
    String tip = item.getDescription() == null ? "" : item.getDescription();
    return new Option(
        key,
        label,
        tip,
        kind(item).orElseThrow(),
        value instanceof File file ? file.getPath() : value,
        choices,
        item.getMinimumValue() instanceof Integer least ? least : null,
        command.list(key),
        item.get(VisualizerCommand.ADVANCED) != null);
  }

  /** How an input is asked for; empty for those that a dialog of ours has nothing for. */
  private static Optional<Option.Kind> kind(ModuleItem<?> item) {
    if (item.getVisibility() == ItemVisibility.MESSAGE
        || item.getVisibility() == ItemVisibility.INVISIBLE) {
      return Optional.empty();
    }
    Class<?> type = item.getType();
    String style = item.getWidgetStyle() == null ? "" : item.getWidgetStyle();
    if (type == boolean.class) {
      return Optional.of(Option.Kind.CHECK);
    } else if (type == int.class) {
      return Optional.of(Option.Kind.WHOLE_NUMBER);
    } else if (type == File.class || style.contains("directory")) {
      return Optional.of(
          style.contains("directory")
              ? Option.Kind.FOLDER
              : style.contains("both") ? Option.Kind.FILE_OR_FOLDER : Option.Kind.FILE);
    } else if (type != String.class) {
      return Optional.empty();
    } else if (item.getChoices() != null && !item.getChoices().isEmpty()) {
      return Optional.of(Option.Kind.CHOICE);
    }
    return Optional.of(style.contains("text area") ? Option.Kind.LONG_TEXT : Option.Kind.TEXT);
  }

  private static void take(Module module, ModuleItem<?> item, Object value) {
    Object taken = value;
    if (item.getType() == File.class) {
      String path = value.toString().strip();
      taken = path.isEmpty() ? null : new File(path);
    }
    module.setInput(item.getName(), taken);
    if (isRemembered(item)) {
      remember(item.getName(), value.toString());
    }
  }

  /** Lets the next dialog show a value that was chosen elsewhere. */
  static void remember(String key, String value) {
    Prefs.set(PREFIX + key, value);
  }

  private static boolean isRemembered(ModuleItem<?> item) {
    return item.get(VisualizerCommand.REMEMBERED) != null;
  }
}
