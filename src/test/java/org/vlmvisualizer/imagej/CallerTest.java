package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import ij.IJ;
import ij.Macro;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Cancelable;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.scijava.module.Module;
import org.scijava.task.event.TaskEvent;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;

/** Whose macro a run ends: its own, and no other's. */
class CallerTest {
  @TempDir Path folder;

  /** Runs macros while something happens to them, and tells what they printed. */
  static final class Job implements FijiMain.Job {
    private final Map<String, String> told = new LinkedHashMap<>();
    private volatile CountDownLatch working = new CountDownLatch(1);
    private volatile boolean cancels;
    private final DialogWatch watch = new DialogWatch();
    private String page;

    @EventHandler
    public void onEvent(TaskEvent event) {
      working.countDown();
      if (cancels && !event.getTask().isCanceled()) {
        event.getTask().cancel("enough");
      }
    }

    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      var subscription = fiji.context.service(EventService.class).subscribe(this);
      String model = arguments.get(1);
      page = arguments.get(2);
      for (String kind : List.of("macro", "script")) {
        cancels = true;
        told.put(kind + " cancelled", ended(caller(kind, ask(model, 400))));
        told.put(
            kind + " cancelled, continues",
            ended(caller(kind, "failure=continue " + ask(model, 400))));
        cancels = false;
        working = new CountDownLatch(1);
        Caller beside = caller(kind, ask(model, 300));
        working.await();
        Module second =
            fiji.choose("Show Attention...", Map.of("model", model, "length", 2, "prompt", "?"));
        told.put(kind + " beside", ended(beside));
        String reason = ((Cancelable) second.getDelegateObject()).getCancelReason();
        told.put(
            kind + " beside, the menu",
            String.join("; ", watch.take()).replace("VLM Visualizer: ", "") + reason);
      }
      assert subscription != null; // Event services hold subscribers weakly.
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(told));
    }

    private static String ask(String model, int length) {
      return "model=[%s] length=%d prompt=[Why?]".formatted(model, length);
    }

    /** A thread that runs a macro or script, and where it leaves a trace of having gone on. */
    private record Caller(Thread thread, StringBuffer trace) {}

    private Caller caller(String kind, String options) {
      StringBuffer trace = new StringBuffer();
      Runnable macro =
          () ->
              trace.append(
                  IJ.runMacro(
                      "open('%s');\nrun('Show Attention...', '%s');\n".formatted(page, options)
                          + "return 'went on: '"
                          + " + call('org.vlmvisualizer.command.LastRun.error');"));
      Runnable script =
          () -> {
            IJ.openImage(page).show();
            try {
              IJ.run("Show Attention...", options);
            } catch (RuntimeException e) {
              if (Macro.MACRO_CANCELED.equals(e.getMessage())) {
                trace.append("[aborted]");
                return;
              }
              throw e;
            }
            trace.append("went on: ").append(org.vlmvisualizer.command.LastRun.error());
          };
      Thread thread = new Thread(kind.equals("macro") ? macro : script, kind);
      thread.start();
      return new Caller(thread, trace);
    }

    private static String ended(Caller caller) throws InterruptedException {
      caller.thread.join();
      return caller.trace.toString();
    }
  }

  private Map<String, String> run(VirtualDisplay display) throws Exception {
    JsonObject told =
        FijiProcess.report(
            display, folder, Job.class, JsonObject.class, FijiProcess.MODEL, FijiProcess.PAGE);
    return told.asMap().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getAsString()));
  }

  private static void check(Map<String, String> told) {
    for (String kind : List.of("macro", "script")) {
      String ended = kind.equals("macro") ? "null" : "[aborted]"; // as after Escape
      assertEquals(ended, told.get(kind + " cancelled"), told.toString());
      String went = told.get(kind + " cancelled, continues");
      assertTrue(went.startsWith("went on: Cancelled"), told.toString());
      assertEquals("went on: ", told.get(kind + " beside"), told.toString());
      String refused = told.get(kind + " beside, the menu");
      PlainSentence.check(refused);
      assertTrue(refused.contains("one question at a time"), refused);
    }
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      check(run(display));
    }
  }

  @Test
  void headless() throws Exception {
    check(run(null));
  }
}
