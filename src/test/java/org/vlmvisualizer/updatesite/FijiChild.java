package org.vlmvisualizer.updatesite;

import ij.ImageJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.scijava.Cancelable;
import org.scijava.Context;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.Module;

/**
 * Runs inside a folder that is laid out like a Fiji, over that folder's jars alone: lists the
 * plugin's commands, asks the demo model about a picture, and prints what came of it.
 */
public final class FijiChild {
  private FijiChild() {}

  /**
   * @param arguments the folder for the results
   */
  public static void main(String[] arguments) throws Exception {
    if (GraphicsEnvironment.isHeadless()) {
      // Plain ImageJ shows images without a display in batch mode only; Fiji's always does.
      Interpreter.batchMode = true;
    } else {
      new ImageJ();
    }
    Context context = new Context();
    CommandService commands = context.service(CommandService.class);
    for (CommandInfo info : commands.getCommands()) {
      if (info.getMenuPath().getMenuString().startsWith("Plugins > VLM Visualizer")) {
        say("command", info.getMenuPath().getLeaf().getName());
      }
    }
    Map<String, Object> inputs = new HashMap<>();
    inputs.put("image", picture());
    inputs.put("model", "demo");
    inputs.put("length", 24);
    inputs.put("output", new File(arguments[0]));
    CommandInfo info = commands.getCommand("org.vlmvisualizer.command.ShowAttention");
    info.inputs().forEach(item -> inputs.putIfAbsent(item.getName(), item.getDefaultValue()));
    inputs.values().removeIf(value -> value == null);
    Module module = commands.run(info, true, inputs).get();
    Cancelable command = (Cancelable) module.getDelegateObject();
    say("reason", command.getCancelReason());
    ImagePlus maps = (ImagePlus) module.getOutput("heatmaps");
    say("slices", maps == null ? 0 : maps.getStackSize());
    String told = maps == null ? "" : maps.getInfoProperty();
    say(
        "answer",
        told.lines()
            .filter(l -> l.startsWith("answer: "))
            .map(l -> l.substring("answer: ".length()))
            .findFirst()
            .orElse("none"));
    say("windows", Arrays.toString(WindowManager.getImageTitles()));
    System.exit(0);
  }

  /** From the plugin's own jar. */
  private static ImagePlus picture() throws Exception {
    ImagePlus picture =
        new ImagePlus("page", ImageIO.read(FijiChild.class.getResource("/demo-images/page.png")));
    if (!GraphicsEnvironment.isHeadless()) {
      picture.show();
    }
    return picture;
  }

  private static void say(String key, Object value) {
    System.out.println("told " + key + ": " + value);
  }
}
