package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.scijava.task.event.TaskEvent;
import org.vlmvisualizer.VirtualDisplay;

/**
 * ImageJ is quit while a command works: it ends soon, without a crash and without half a result.
 */
class QuitTest {
  /** Three times what it takes on a busy computer. */
  private static final int SECONDS = 15;

  @TempDir Path folder;

  /** Asks a long question and quits in the middle. */
  static final class Job implements FijiMain.Job {
    private final CountDownLatch writing = new CountDownLatch(1);

    /** A cancel before the network is in native code would prove little. */
    @EventHandler
    public void onEvent(TaskEvent event) {
      if (event.getTask().getProgressValue() > 20) {
        writing.countDown();
      }
    }

    /**
     * @param arguments how to quit, the folder for the results, where to note the time
     */
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      String how = arguments.get(0);
      Path output = Path.of(arguments.get(1));
      IJ.openImage(Path.of(arguments.get(3)).toString()).show();
      var subscription = fiji.context.service(EventService.class).subscribe(this);
      Map<String, Object> entered =
          Map.of(
              "model",
              arguments.get(4),
              "length",
              how.equals("files") ? 60 : 400,
              "output",
              output.toFile(),
              "prompt",
              "What is it?");
      Thread thread = new Thread(() -> fiji.choose("Show Attention...", entered));
      thread.setDaemon(true);
      thread.start();
      if (how.equals("files")) {
        while (!isBeingWritten(output)) {
          Thread.onSpinWait();
        }
      } else {
        writing.await();
      }
      Files.writeString(Path.of(arguments.get(2)), "" + System.currentTimeMillis());
      if (how.equals("menu")) {
        IJ.getInstance().exitWhenQuitting(true);
        IJ.getInstance().quit();
        thread.join();
      } else {
        System.exit(0);
      }
      assert subscription != null; // Event services hold subscribers weakly.
    }

    private static boolean isBeingWritten(Path output) throws Exception {
      try (Stream<Path> files = Files.list(output)) {
        return files.anyMatch(Files::isDirectory);
      } catch (NoSuchFileException e) {
        return false; // Also while the command tries whether it can make the folder.
      }
    }
  }

  /** Runs the job; checks all but the results. */
  private Path quit(VirtualDisplay display, String how) throws Exception {
    Path output = folder.resolve("results");
    Path stamp = folder.resolve("stamp");
    Path page = FijiProcess.PAGE;
    String printed =
        FijiProcess.run(display, folder, Job.class, how, output, stamp, page, FijiProcess.MODEL);
    assertTrue(Files.exists(stamp), printed);
    long millis = System.currentTimeMillis() - Long.parseLong(Files.readString(stamp));
    assertTrue(millis < SECONDS * 1000, millis + " ms");
    assertFalse(Files.exists(folder.resolve("crash.log")));
    assertFalse(printed.contains("SIG"), printed);
    assertFalse(printed.contains("Exception"), printed);
    return output;
  }

  @Test
  void fromTheMenuWhileTheModelWrites() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      assertFalse(Files.exists(quit(display, "menu")));
    }
  }

  @Test
  void headlessWhileTheModelWrites() throws Exception {
    assertFalse(Files.exists(quit(null, "exit")));
  }

  /** The files are many and small: the end of the writing is awaited. */
  @Test
  void whileFilesAreWritten() throws Exception {
    Path output = quit(null, "files");
    try (Stream<Path> files = Files.list(output)) {
      assertEquals(
          List.of(
              "attention-matrix.tif",
              "attention-ratio.png",
              "heatmaps.tif",
              "methods.txt",
              "montage.png",
              "patches.tif",
              "picture.png",
              "run.json",
              "tokens.csv",
              "words.csv"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
