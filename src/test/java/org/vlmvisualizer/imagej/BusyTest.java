package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Cancelable;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.scijava.module.Module;
import org.scijava.task.event.TaskEvent;
import org.vlmvisualizer.PlainSentence;

/** What users do to ImageJ while a question is being answered. */
class BusyTest {
  @TempDir Path folder;

  /** What became of the first run and of the second. */
  private record Ends(String first, String second, int slices, List<String> titles) {}

  /** Asks, then closes the image and asks again before the answer is there. */
  static final class Job implements FijiMain.Job {
    private final CountDownLatch working = new CountDownLatch(1);

    @EventHandler
    public void onEvent(TaskEvent event) {
      working.countDown();
    }

    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      DialogWatch watch = new DialogWatch();
      ImagePlus other = IJ.openImage(arguments.get(1));
      other.show();
      ImagePlus image = IJ.openImage(arguments.get(1));
      image.setTitle("closed");
      image.show();
      var subscription = fiji.context.service(EventService.class).subscribe(this);
      CompletableFuture<Module> first =
          CompletableFuture.supplyAsync(() -> ask(fiji, arguments.get(2), 200));
      working.await();
      image.changes = false;
      image.close();
      ask(fiji, arguments.get(2), 2);
      String second = String.join("; ", watch.take());
      Module done = first.get();
      ImagePlus maps = (ImagePlus) done.getOutput("heatmaps");
      List<String> titles = new ArrayList<>();
      for (int id : WindowManager.getIDList()) {
        titles.add(WindowManager.getImage(id).getTitle());
      }
      Ends ends = new Ends(reason(done), second, maps == null ? 0 : maps.getNSlices(), titles);
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(ends));
      assert subscription != null; // Event services hold subscribers weakly.
    }

    private static Module ask(FijiLike fiji, String model, int length) {
      return fiji.choose(
          "Show Attention...", Map.of("model", model, "length", length, "prompt", "What is it?"));
    }

    private static String reason(Module module) {
      return ((Cancelable) module.getDelegateObject()).getCancelReason();
    }
  }

  @Test
  void theFirstRunEndsWellAndTheSecondIsRefused() throws Exception {
    Ends ends =
        FijiProcess.displayed(folder, Job.class, Ends.class, FijiProcess.PAGE, FijiProcess.MODEL);
    assertEquals(null, ends.first());
    assertEquals(200, ends.slices());
    assertTrue(ends.titles().contains("Attention of closed"), ends.titles().toString());
    assertTrue(ends.second().startsWith("VLM Visualizer: "), ends.second());
    PlainSentence.check(ends.second().substring("VLM Visualizer: ".length()));
    assertTrue(ends.second().contains("one question at a time"), ends.second());
  }
}
