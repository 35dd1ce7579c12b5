package org.vlmvisualizer.command;

import ij.IJ;
import java.awt.GraphicsEnvironment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.gpu.GpuInstaller;

/**
 * Tells which PyTorch and which device are used, why not a GPU, and what to do about it; and which
 * model is loaded, which it releases. After a crash, it offers to forget it, so that the GPU is
 * tried again. Where there is an NVIDIA GPU that the built-in PyTorch cannot use, it offers to
 * install the one that can. In a macro, the action is an option:
 *
 * <pre>run("VLM Engine...", "action=release");
 * run("VLM Engine...", "minutes=30"); // that a model stays loaded without a question
 * run("VLM Engine...", "action=gpu download=true"); // installs PyTorch for the GPU
 * run("VLM Engine...", "action=gpu download=true from=[/folder/of/wheels]");
 * run("VLM Engine...", "action=remove-gpu");</pre>
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
    RELEASE,
    GPU,
    REMOVE_GPU
  }

  @Parameter(
      persist = false,
      label = "Action",
      choices = {"tell", "release", "gpu", "remove-gpu"})
  private String action = "tell";

  @Parameter(
      persist = false,
      required = false,
      label = "Minutes",
      description = "That a model stays loaded without a question; 0 for none")
  private String minutes = "";

  @Parameter(
      persist = false,
      label = "Download without asking",
      description = "In macros: whether PyTorch for the GPU may be downloaded, some 3 GB")
  private boolean download = false;

  @Parameter(
      persist = false,
      label = "Build",
      choices = {"auto", "cu126", "cu128"},
      description = "The build for CUDA 12.6 or 12.8; auto takes the one that fits the GPU")
  private String build = "auto";

  @Parameter(
      persist = false,
      required = false,
      label = "From",
      description = "Address of an index of Python packages, or a folder of them")
  private String from = "";

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
    Action choice = words().choice("action", Action.values());
    if (choice == Action.REMOVE_GPU) {
      TextReport.show(TITLE, Map.of("GPU", GpuInstaller.remove()));
      return;
    }
    if (!minutes.isBlank()) {
      ModelKeeper.setMinutes(words().number("minutes"));
    }
    if (choice == Action.RELEASE) {
      ModelKeeper.ofThisSession().release();
    }
    Map<String, String> lines = new LinkedHashMap<>();
    if (choice == Action.GPU || isOffered()) {
      useGpu(choice == Action.GPU).ifPresent(told -> lines.put("GPU", told));
    }
    Optional<String> crash = EngineReport.lastCrash();
    if (forget || !caller().isMacro() && crash.isPresent() && isToBeForgotten(crash.get())) {
      EngineReport.forgetCrash();
      ModelKeeper.ofThisSession().release(); // from the CPU, to which auto went
    }
    report(lines);
  }

  /**
   * @param first lines above those that are always told
   */
  private void report(Map<String, String> first) {
    Map<String, String> lines = new LinkedHashMap<>(first);
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
    report(Map.of());
  }

  /** Whether a person asks, at a computer whose GPU the built-in PyTorch cannot use. */
  private boolean isOffered() {
    return !caller().isMacro() && !GraphicsEnvironment.isHeadless() && EngineReport.lacksGpuBuild();
  }

  /**
   * Installs PyTorch for the GPU.
   *
   * @param isWanted whether the user asked for it, so that a "no" ends the command
   * @return a sentence on it, or empty if the user declined an offer
   */
  private Optional<String> useGpu(boolean isWanted) {
    try (RunProgress progress = progress()) {
      DialogConsent consent = new DialogConsent(download, caller().isMacro());
      return Optional.of(GpuInstaller.install(build, from, consent, progress));
    } catch (CancellationException e) {
      if (isWanted) {
        throw e;
      }
      return Optional.empty();
    } catch (InputException e) {
      if (isWanted) {
        throw e;
      }
      return Optional.of(e.getMessage());
    }
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
