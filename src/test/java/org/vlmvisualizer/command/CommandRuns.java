package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.WindowManager;
import ij.macro.Interpreter;
import ij.process.ColorProcessor;
import java.util.HashMap;
import java.util.Map;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleInfo;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;

/** Runs the command in a real SciJava context, as Fiji would without a display. */
final class CommandRuns implements AutoCloseable {
  static final String MODEL = Golden.ROOT.resolve("llama-mha/checkpoint").toString();

  final Context context = new Context();

  /** Plain ImageJ shows images without a display in batch mode only; Fiji's always does. */
  CommandRuns() {
    Interpreter.batchMode = true;
  }

  /** A finished run. */
  record Run(Module module, String printed) {
    ImagePlus heatmaps() {
      return (ImagePlus) module.getOutput("heatmaps");
    }

    ShowAttention command() {
      return (ShowAttention) module.getDelegateObject();
    }
  }

  /** Runs with a few options on the golden model; the others take their defaults. */
  Run run(Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>(Map.of("model", MODEL, "length", 3));
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    try (Printed printed = new Printed()) {
      CommandService commands = context.service(CommandService.class);
      Module module = commands.run(ShowAttention.class, true, inputs).get();
      return new Run(module, printed.text());
    }
  }

  ModuleInfo info() {
    return context.service(CommandService.class).getCommand(ShowAttention.class);
  }

  /** Checks that a run says one sentence and shows and prints nothing. */
  static String assertRefused(Run run) {
    assertTrue(run.command().isCanceled(), "not refused");
    assertNull(run.heatmaps());
    assertEquals("", run.printed());
    assertEquals(0, WindowManager.getImageCount());
    String reason = run.command().getCancelReason();
    PlainSentence.check(reason);
    return reason;
  }

  static void assertDone(Run run) {
    assertFalse(run.command().isCanceled(), run.command().getCancelReason());
    // Without Fiji's own jars, SciJava has nothing to show an ImagePlus with, and says so.
    String printed = run.printed().replaceAll(".*Ignoring unsupported output: heatmaps.*\\R", "");
    assertEquals("", printed);
  }

  /** A picture of 40 x 30 pixels with a bright corner. */
  static ImagePlus picture() {
    ColorProcessor pixels = new ColorProcessor(40, 30);
    pixels.setColor(0xf0e0d0);
    pixels.fill(new ij.gui.Roi(20, 5, 15, 10));
    return new ImagePlus("picture", pixels);
  }

  static void closeAllImages() {
    while (Interpreter.getBatchModeImageCount() > 0) {
      Interpreter.removeBatchModeImage(Interpreter.getLastBatchModeImage());
    }
    WindowManager.setTempCurrentImage(null);
    Interpreter.batchMode = false;
  }

  @Override
  public void close() {
    closeAllImages();
    context.dispose();
  }
}
