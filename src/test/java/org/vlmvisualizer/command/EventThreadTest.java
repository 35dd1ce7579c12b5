package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.EventQueue;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;

/** No model is loaded or asked on the event thread: it would stand still. */
class EventThreadTest {

  @Test
  void modelsRefuseTheEventThread() {
    Checkpoint checkpoint = Checkpoint.find(CommandRuns.MODEL);
    assertTrue(refusal(() -> open(checkpoint)).contains("event thread"));
    try (AttentionModel model = open(checkpoint)) {
      RgbPicture picture = new RgbPicture(8, 8, new byte[3 * 8 * 8]);
      AnalysisRequest request = Defaults.request("What?", 1);
      assertTrue(
          refusal(() -> model.analyze(picture, request, Progress.NONE)).contains("event thread"));
    }
  }

  private static AttentionModel open(Checkpoint checkpoint) {
    return AttentionModel.open(checkpoint, "cpu", Precision.parse("auto"), Progress.NONE);
  }

  private static String refusal(Runnable onEventThread) {
    Executable run = () -> EventQueue.invokeAndWait(onEventThread);
    Throwable cause = assertThrows(InvocationTargetException.class, run).getCause();
    assertEquals(IllegalStateException.class, cause.getClass());
    return cause.getMessage();
  }

  @Test
  void commandsFromTheMenuWorkOffTheEventThread() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      JavaProcess child =
          JavaProcess.run(
              List.of("-Xmx1g", "-Dslf4j.internal.verbosity=ERROR"),
              JavaProcess.classPath(),
              EventThreadChild.class.getName(),
              List.of(),
              display.name().isEmpty()
                  ? Map.of("OMP_NUM_THREADS", "1")
                  : Map.of("DISPLAY", display.name(), "OMP_NUM_THREADS", "1"));
      String said = child.out().replaceAll(".*Ignoring unsupported output: heatmaps.*\\R", "");
      String noted = child.err().replaceAll(".*Ignoring unsupported output: heatmaps.*\\R", "");
      assertEquals("", said + noted);
    }
  }
}
