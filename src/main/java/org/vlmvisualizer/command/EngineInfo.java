package org.vlmvisualizer.command;

import ij.IJ;
import java.awt.GraphicsEnvironment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.engine.EngineReport;

/**
 * Tells which PyTorch and which device are used, why not a GPU, and what to do about it; and which
 * model is loaded, which it releases:
 *
 * <pre>run("VLM Engine...", "action=release");
 * run("VLM Engine...", "minutes=30"); // that a model stays loaded without a question</pre>
 *
 * After a crash, it offers to forget it, so that the GPU is tried again.
 */
@Plugin(
    type = Command.class,
    description = "Which PyTorch and which device (CPU or GPU) VLM Visualizer uses, and why.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "VLM Engine...", weight = 6)
    })
public class EngineInfo extends VisualizerCommand {
  /** Title of the window or table. */
  public static final String TITLE = "Engine";

  private enum Action {
    TELL,
    RELEASE
  }

  @Parameter(
      persist = false,
      label = "Action",
      choices = {"tell", "release"})
  private String action = "tell";

  @Parameter(
      persist = false,
      required = false,
      label = "Minutes",
      description = "That a model stays loaded without a question; 0 for none")
  private String minutes = "";

  @Parameter(persist = false, label = "Device", description = "auto, cpu, gpu or gpu:1")
  private String device = "auto";

  @Parameter(persist = false, label = "Forget the last crash")
  private boolean forget = false;

  @Override
  boolean hasOwnWindow() {
    return true;
  }

  @Override
  void execute() {
    if (!minutes.isBlank()) {
      ModelKeeper.setMinutes(words().number("minutes"));
    }
    if (words().choice("action", Action.values()) == Action.RELEASE) {
      ModelKeeper.ofThisSession().release();
    }
    Optional<String> crash = EngineReport.lastCrash();
    if (forget || !caller().isMacro() && crash.isPresent() && isToBeForgotten(crash.get())) {
      EngineReport.forgetCrash();
      ModelKeeper.ofThisSession().release(); // from the CPU, to which auto went
    }
    report();
  }

  private void report() {
    Map<String, String> lines = new LinkedHashMap<>();
    try {
      for (String line : EngineReport.of(device).lines()) {
        String[] parts = line.split(": ", 2);
        lines.put(parts[0], parts[1]);
      }
    } catch (InputException e) {
      lines.put("Engine", e.getMessage());
    }
    EngineReport.lastCrash()
        .ifPresent(what -> lines.put("Last start", "It crashed while " + what + "."));
    lines.put("Loaded model", ModelKeeper.ofThisSession().report());
    lines.put("Memory", memory());
    lines.put("More", Project.HOME + "/blob/main/docs/engine.md");
    boolean any = ModelKeeper.ofThisSession().isLoaded();
    TextReport.show(TITLE, lines, any ? Map.of("Release the model", this::release) : Map.of());
  }

  /** From the report's window, which opens anew to tell what became of it. */
  private void release() {
    try {
      ModelKeeper.ofThisSession().release();
    } catch (InputException e) {
      MessageBox.tell(IJ.getInstance(), e.getMessage());
    }
    report();
  }

  private static boolean isToBeForgotten(String crash) {
    return !GraphicsEnvironment.isHeadless()
        && MessageBox.confirm(
            IJ.getInstance(),
            "Fiji crashed while " + crash + ".\nSince then, the CPU is used. Try the GPU again?",
            "Try the GPU",
            "Keep the CPU");
  }

  private static String memory() {
    return "Java may use %,d MB; a model lies beside that, in the computer's memory."
        .formatted(Runtime.getRuntime().maxMemory() >> 20);
  }
}
