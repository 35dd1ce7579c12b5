package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImageJ;
import java.awt.EventQueue;
import java.awt.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.swing.JButton;
import javax.swing.JDialog;
import org.scijava.Context;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.PluginInfo;
import org.scijava.plugin.PluginService;

/** What is left for SciJava to ask once this plugin's own steps are through. */
public final class ResolvedInputs {
  private ResolvedInputs() {}

  /** With a display, and a user who presses OK in each dialog; prints a line per command. */
  public static void main(String[] arguments) throws Exception {
    new ImageJ();
    if (arguments.length > 0) {
      IJ.openImage(arguments[0]).show();
    }
    Thread user = new Thread(ResolvedInputs::pressOk, "user");
    user.setDaemon(true);
    user.start();
    try (Context context = new Context()) {
      for (CommandInfo info : commands(context)) {
        System.out.println(info.getTitle() + ": " + unresolved(context, info));
      }
    }
    System.exit(0);
  }

  /** All commands of this plugin. */
  static List<CommandInfo> commands(Context context) {
    String here = ResolvedInputs.class.getPackageName();
    return context.service(CommandService.class).getCommands().stream()
        .filter(info -> info.getDelegateClassName().startsWith(here))
        .toList();
  }

  /** Names of the inputs that SciJava would ask for. */
  static List<String> unresolved(Context context, CommandInfo info) throws Exception {
    Module module = info.createModule();
    PluginService plugins = context.service(PluginService.class);
    for (PluginInfo<PreprocessorPlugin> step : plugins.getPluginsOfType(PreprocessorPlugin.class)) {
      PreprocessorPlugin own = plugins.createInstance(step);
      own.process(module);
      if (own.isCanceled()) {
        throw new AssertionError(step + " cancels " + info);
      }
      if (own instanceof OptionsHarvester) {
        break;
      }
    }
    List<String> names = new ArrayList<>();
    StreamSupport.stream(info.inputs().spliterator(), false)
        .map(ModuleItem::getName)
        .filter(name -> !module.isInputResolved(name))
        .forEach(names::add);
    return names;
  }

  private static void pressOk() {
    while (true) {
      for (Window window : Window.getWindows()) {
        if (window instanceof JDialog dialog && dialog.isShowing()) {
          JButton ok = DialogChild.find(dialog, JButton.class, "OK");
          EventQueue.invokeLater(ok::doClick);
        }
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
