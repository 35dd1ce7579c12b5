package org.vlmvisualizer.imagej;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import ij.plugin.frame.Recorder;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.scijava.ItemVisibility;
import org.scijava.convert.ConvertService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.process.AbstractPostprocessorPlugin;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.plugin.Parameter;

/** The steps around a command by which Fiji reads a macro's options, and records them. */
final class MacroBridge {
  /** What is settled before anyone could be asked is not recorded. */
  private static final Map<Module, Set<String>> SETTLED =
      Collections.synchronizedMap(new WeakHashMap<>());

  private MacroBridge() {}

  /** A macro's options become inputs, each by its key; what does not convert is passed over. */
  public static final class Options extends AbstractPreprocessorPlugin {
    @Parameter private ConvertService convert;

    @Override
    public void process(Module module) {
      if (!IJ.isMacro()) {
        return;
      }
      String options = Macro.getOptions();
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        if (item.getVisibility() == ItemVisibility.MESSAGE) {
          module.resolveInput(item.getName());
          continue;
        }
        String value = options == null ? null : Macro.getValue(options, item.getName(), null);
        if (value != null && convert.supports(value, item.getType())) {
          module.setInput(item.getName(), convert.convert(value, item.getType()));
          module.resolveInput(item.getName());
        }
      }
    }
  }

  /** The active image is the command's only image. */
  public static final class ActiveImage extends AbstractPreprocessorPlugin {
    @Override
    public void process(Module module) {
      ImagePlus image = WindowManager.getCurrentImage();
      String name = null;
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        if (item.getType() == ImagePlus.class && !module.isInputResolved(item.getName())) {
          if (name != null) {
            return;
          }
          name = item.getName();
        }
      }
      if (image != null && name != null) {
        module.setInput(name, image);
        module.resolveInput(name);
      }
    }
  }

  /** Tells the recorder the command's name. */
  public static final class StartRecording extends AbstractPreprocessorPlugin {
    @Override
    public void process(Module module) {
      if (IJ.isMacro()) {
        return;
      }
      if (Recorder.record) {
        Recorder.setCommand(module.getInfo().getMenuPath().getLeaf().getName());
      }
      Set<String> settled = new HashSet<>();
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        if (module.isInputResolved(item.getName())) {
          settled.add(item.getName());
        }
      }
      SETTLED.put(module, settled);
    }
  }

  /** Tells the recorder the values; only after a run that ended well. */
  public static final class Record extends AbstractPostprocessorPlugin {
    @Override
    public void process(Module module) {
      if (IJ.isMacro() || !Recorder.record) {
        return;
      }
      Set<String> settled = SETTLED.getOrDefault(module, Set.of());
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        Object value = module.getInput(item.getName());
        boolean seen =
            item.getVisibility() != ItemVisibility.INVISIBLE
                && item.getVisibility() != ItemVisibility.MESSAGE;
        if (seen && value != null && !settled.contains(item.getName())) {
          Recorder.recordOption(item.getName(), escaped(value.toString()));
        }
      }
      Recorder.saveCommand();
    }

    /** As the text stands between the quotes of a macro. */
    private static String escaped(String text) {
      return text.replace("\\", "\\\\")
          .replace("\"", "\\\"")
          .replace("\n", "\\n")
          .replace("\t", "\\t")
          .replace("\r", "\\r")
          .replace("\f", "\\f")
          .replace("\b", "\\b");
    }
  }
}
