package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import org.scijava.Priority;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.Plugin;

/**
 * Lets this plugin's commands run in macros without a dialog: options that a macro leaves out take
 * their defaults. So do those of a command that has nothing to ask. It runs behind imagej-legacy's
 * step that reads the macro's options, and before those that load remembered values or ask.
 *
 * <p>A command's own initializer could do this only as a DynamicCommand, and those cannot be run
 * through SciJava's CommandService: it gives null for them.
 */
@Plugin(type = PreprocessorPlugin.class, priority = Priority.HIGH)
public final class MacroDefaults extends AbstractPreprocessorPlugin {
  @Override
  public void process(Module module) {
    if (!(module.getDelegateObject() instanceof VisualizerCommand command)) {
      return;
    }
    boolean inMacro = IJ.isMacro() && Macro.getOptions() != null;
    boolean silent = inMacro || !command.asks();
    boolean noImage = WindowManager.getImageCount() == 0;
    for (ModuleItem<?> item : module.getInfo().inputs()) {
      // Without any image the command says so itself, where a dialog would ask for one in vain.
      if (item.getType() == ImagePlus.class ? noImage : silent) {
        module.resolveInput(item.getName());
      }
    }
  }
}
