package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ij.IJ;
import java.awt.event.KeyEvent;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.app.StatusService;
import org.scijava.app.event.StatusEvent;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.scijava.task.TaskService;
import org.scijava.task.event.TaskEvent;
import org.vlmvisualizer.command.CommandRuns.Run;

/** A user's cancel ends the work at the next step, leaves nothing and is no error. */
class CancelTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    IJ.resetEscape();
    runs.close();
  }

  /** Cancels whatever task it hears of. */
  public static final class Impatient {
    @EventHandler
    public void onEvent(TaskEvent event) {
      if (!event.getTask().isCanceled()) {
        event.getTask().cancel("enough");
      }
    }
  }

  /** What goes to the status bar; SciJava sends each line on a thread of a pool. */
  public static final class StatusBar {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @EventHandler
    public void onEvent(StatusEvent event) {
      lines.add(event.getStatusMessage());
    }

    private void await(String line) throws InterruptedException {
      String next = "";
      while (!line.equals(next)) {
        next = lines.poll(10, TimeUnit.SECONDS);
        assertNotNull(next, "never shown: " + line);
      }
    }
  }

  @Test
  void staysInTheStatusBar() throws Exception {
    StatusBar bar = new StatusBar();
    EventService events = runs.context.service(EventService.class);
    Impatient impatient = new Impatient();
    var subscribers = events.subscribe(impatient);
    subscribers.addAll(events.subscribe(bar));
    runs.run("image", CommandRuns.picture(), "length", 400);
    bar.await("Command finished: Show Attention...");
    bar.await("Cancelled: nothing was changed.");
    events.unsubscribe(subscribers);
    Reference.reachabilityFence(impatient); // Event services hold subscribers weakly.
  }

  private RunProgress progress() {
    return new RunProgress(
        runs.context.service(StatusService.class), runs.context.service(TaskService.class), "x");
  }

  @Test
  void aCancelledTaskEndsTheRunAndLeavesNothing() throws Exception {
    Impatient impatient = new Impatient();
    var subscribers = runs.context.service(EventService.class).subscribe(impatient);
    Path results = folder.resolve("results");
    Run run = runs.run("image", CommandRuns.picture(), "length", 400, "output", results.toFile());
    runs.context.service(EventService.class).unsubscribe(subscribers);
    assertNull(run.heatmaps());
    assertFalse(run.command().isCanceled(), "a cancel is no error");
    assertEquals("", run.printed());
    assertFalse(Files.exists(results));
  }

  @Test
  void escapeIsHeardAtTheNextStep() {
    try (RunProgress progress = progress()) {
      progress.update("Reading", 0, 2);
      IJ.setKeyDown(KeyEvent.VK_ESCAPE);
      assertThrows(CancellationException.class, () -> progress.update("Reading", 1, 2));
    }
  }

  @Test
  void anEarlierEscapeIsForgotten() {
    IJ.setKeyDown(KeyEvent.VK_ESCAPE);
    try (RunProgress progress = progress()) {
      progress.update("Reading", 0, 2);
    }
  }
}
