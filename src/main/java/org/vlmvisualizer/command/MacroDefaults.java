package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.scijava.Context;
import org.scijava.ItemVisibility;
import org.scijava.Priority;
import org.scijava.convert.ConvertService;
import org.scijava.module.Module;
import org.scijava.module.ModuleException;
import org.scijava.module.ModuleItem;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.scijava.service.Service;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;

/**
 * Lets this plugin's commands run in macros without a dialog: options are read strictly, and those
 * that a macro leaves out take their defaults. It runs behind imagej-legacy's step that reads the
 * macro's options, and before those that load remembered values or ask.
 *
 * <p>A command's own initializer could do this only as a DynamicCommand, and those cannot be run
 * through SciJava's CommandService: it gives null for them.
 */
@Plugin(type = PreprocessorPlugin.class, priority = Priority.HIGH)
public final class MacroDefaults extends AbstractPreprocessorPlugin {
  @Parameter private ConvertService convert;

  @Override
  public void process(Module module) {
    if (!(module.getDelegateObject() instanceof VisualizerCommand command)) {
      return;
    }
    String options = command.caller().options();
    if (options != null) {
      try {
        read(options, module);
      } catch (InputException e) {
        command.failLater(e);
      }
    }
    ImagePlus active = command.caller().isMacro() ? MacroImage.active() : null;
    for (ModuleItem<?> item : module.getInfo().inputs()) {
      if (item.getType() == ImagePlus.class && active != null) {
        module.setInput(item.getName(), active);
      }
      if (options != null) {
        module.resolveInput(item.getName());
      }
    }
  }

  /** Gives each option the value that the macro names, or its default again. */
  private void read(String options, Module module) {
    Map<String, String> values = MacroOptions.parse(options);
    List<ModuleItem<?>> items = options(module);
    List<String> keys = items.stream().<String>map(ModuleItem::getName).toList();
    for (String key : values.keySet()) {
      if (!keys.contains(key)) {
        throw new InputException(
            "Found the option '%s', expected one of %s; put text that has spaces in brackets: prompt=[…]."
                .formatted(key, String.join(", ", keys)));
      }
    }
    Module fresh = fresh(module);
    for (ModuleItem<?> item : items) {
      String key = item.getName();
      module.setInput(
          key, values.containsKey(key) ? value(item, values.get(key)) : fresh.getInput(key));
    }
  }

  /** What people give; images and what SciJava fills in are none of it. */
  private static List<ModuleItem<?>> options(Module module) {
    return StreamSupport.stream(module.getInfo().inputs().spliterator(), false)
        .filter(item -> !Service.class.isAssignableFrom(item.getType()))
        .filter(item -> item.getType() != Context.class && item.getType() != ImagePlus.class)
        .filter(item -> item.getVisibility() != ItemVisibility.MESSAGE)
        .<ModuleItem<?>>map(item -> item)
        .toList();
  }

  /** One whose options have their defaults. */
  private static Module fresh(Module module) {
    try {
      return module.getInfo().createModule();
    } catch (ModuleException e) {
      throw new IllegalStateException(e);
    }
  }

  private Object value(ModuleItem<?> item, String text) {
    Class<?> type = item.getType();
    Words word = name -> text;
    if (type == boolean.class) {
      // Recorded as flag=true; in macros written by hand, the key alone is enough.
      return text == null || !word.isSecond(item.getName(), "true", "false");
    }
    if (text == null) {
      throw new InputException(
          "Expected a value for the option %s, found none.".formatted(item.getName()));
    }
    if (type == int.class) {
      return word.number(item.getName());
    }
    return convert.convert(text, type);
  }
}
