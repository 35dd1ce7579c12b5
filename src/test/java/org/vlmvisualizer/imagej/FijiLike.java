package org.vlmvisualizer.imagej;

import ij.IJ;
import ij.ImageJ;
import ij.ImagePlus;
import ij.Menus;
import java.awt.GraphicsEnvironment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.imagej.patcher.LegacyInjector;
import org.scijava.Context;
import org.scijava.Priority;
import org.scijava.UIDetails;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.ModuleService;
import org.scijava.module.process.AbstractPostprocessorPlugin;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.module.process.PostprocessorPlugin;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.PluginInfo;
import org.scijava.plugin.PluginService;
import org.scijava.plugin.SciJavaPlugin;
import org.scijava.service.SciJavaService;

/**
 * ImageJ with this plugin's commands in its menus, as in Fiji. One per Java, whose ImageJ classes
 * have been patched before ({@link FijiMain}).
 */
public final class FijiLike {
  private static final String PREFIX = "command:";

  /** As Fiji makes it: of the services, it has only those that say whose they are. */
  public final Context context = new Context(SciJavaService.class);

  private final Map<String, CommandInfo> commands = new HashMap<>();

  private FijiLike() {
    add(PreprocessorPlugin.class, MacroBridge.Options.class, 2 * Priority.VERY_HIGH);
    add(PreprocessorPlugin.class, MacroBridge.ActiveImage.class, Priority.VERY_HIGH + 1);
    add(PreprocessorPlugin.class, MacroBridge.StartRecording.class, Priority.VERY_HIGH + 1);
    add(PreprocessorPlugin.class, FilledDialog.class, Priority.NORMAL);
    add(PostprocessorPlugin.class, MacroBridge.Record.class, Priority.VERY_LOW);
    // Before SciJava's own step, which cannot show an ImagePlus and says so.
    add(PostprocessorPlugin.class, ShowImages.class, Priority.LOW);
  }

  private <T extends SciJavaPlugin> void add(Class<T> type, Class<? extends T> plugin, double at) {
    PluginInfo<T> info = new PluginInfo<>(plugin, type);
    info.setPriority(at);
    context.service(PluginService.class).addPlugin(info);
  }

  /** Starts ImageJ: with its window, or headless. */
  public static FijiLike start() {
    FijiLike fiji = new FijiLike();
    LegacyInjector.installHooks(FijiLike.class.getClassLoader(), new FijiHooks(fiji));
    if (GraphicsEnvironment.isHeadless()) {
      IJ.runPlugIn("ij.IJ.init", null);
    } else {
      new ImageJ(ImageJ.NO_SHOW).setVisible(true);
    }
    for (CommandInfo info : menu(fiji.context.service(CommandService.class))) {
      String label = info.getMenuPath().getLeaf().getName();
      fiji.commands.put(PREFIX + label, info);
      addCommand(label);
    }
    return fiji;
  }

  /** The commands that get a menu entry, in the order of the menus. */
  static List<CommandInfo> menu(CommandService commands) {
    return commands.getCommands().stream()
        .filter(info -> UIDetails.APPLICATION_MENU_ROOT.equals(info.getMenuRoot()))
        .filter(info -> info.getMenuPath().size() > 0 && !info.is("no-legacy"))
        .filter(info -> info.getAnnotation().visible())
        .sorted(
            Comparator.comparingDouble(
                    (CommandInfo info) -> info.getMenuPath().getLeaf().getWeight())
                .thenComparing(info -> info.getMenuPath().getMenuString()))
        .toList();
  }

  @SuppressWarnings("unchecked") // ImageJ's table has no types
  private static void addCommand(String label) {
    Menus.getCommands().put(label, PREFIX + label);
  }

  /**
   * Runs a command of the menu and waits for it.
   *
   * @param className as in ImageJ's table of commands
   * @return null if it is not one of SciJava's
   */
  Module run(String className) {
    CommandInfo info = commands.get(className);
    if (info == null) {
      return null;
    }
    try {
      return context.service(ModuleService.class).run(info, true).get();
    } catch (Exception e) {
      throw new RuntimeException(e);
    }
  }

  /** Runs a command as from its menu, with what a user enters in the dialog. */
  Module choose(String label, Map<String, Object> entered) {
    FilledDialog.entered = entered;
    return run(PREFIX + label);
  }

  /** Stands for the dialog: fills in what {@link #choose} gives and leaves all else as it is. */
  public static final class FilledDialog extends AbstractPreprocessorPlugin {
    private static volatile Map<String, Object> entered;

    @Override
    public void process(Module module) {
      Map<String, Object> values = entered;
      entered = null;
      if (values == null) {
        return;
      }
      values.forEach(module::setInput);
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        module.resolveInput(item.getName());
      }
    }
  }

  /** Runs a command as from its menu, so that its dialog asks. */
  void open(String label) {
    run(PREFIX + label);
  }

  /** Shows images among the outputs where there is a display; without one, Fiji does not. */
  public static final class ShowImages extends AbstractPostprocessorPlugin {
    @Override
    public void process(Module module) {
      for (ModuleItem<?> item : module.getInfo().outputs()) {
        if (module.getOutput(item.getName()) instanceof ImagePlus image) {
          if (!GraphicsEnvironment.isHeadless()) {
            image.show();
          }
          module.resolveOutput(item.getName());
        }
      }
    }
  }
}
