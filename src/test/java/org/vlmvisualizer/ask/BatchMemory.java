package org.vlmvisualizer.ask;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.NativeMemory;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.Upsampling;

/**
 * Asks the demo model about a folder and prints kilobytes of native memory and of heap in use after
 * 20 pictures and at the end, how often the model was loaded, and how many pictures were done and
 * failed. To be run with a heap of fixed size that is touched at the start.
 */
final class BatchMemory {
  private static final int WARM_UP = 20;

  private BatchMemory() {}

  public static void main(String[] arguments) throws Exception {
    PictureFolder folder = PictureFolder.of(Path.of(arguments[0]), null);
    AtomicInteger loads = new AtomicInteger();
    long[] kilobytes = new long[4];
    Rendering rendering = new Rendering(Upsampling.NEAREST, HeatColours.INFERNO, true, false);
    try (Asker asker =
        new Asker(
            new ModelKeeper(),
            Checkpoint.find(Checkpoint.DEMO),
            new RequestOptions(
                Defaults.request("What is in the image?", 6), "cpu", Precision.FLOAT32, rendering),
            engine -> loads.incrementAndGet())) {
      BatchRun.Outcome outcome =
          new BatchRun(asker, Path.of(arguments[1]), true)
              .run(
                  folder.pictures(),
                  folder.skipped(),
                  Progress.NONE,
                  (row, result) -> {
                    if (row.frame() == WARM_UP) {
                      measure(kilobytes, 0);
                    }
                  });
      measure(kilobytes, 2);
      System.out.println(
          "native %d %d heap %d %d loads %d done %d failed %d"
              .formatted(
                  kilobytes[0],
                  kilobytes[2],
                  kilobytes[1],
                  kilobytes[3],
                  loads.get(),
                  outcome.count(BatchRow.Status.DONE),
                  outcome.count(BatchRow.Status.FAILED)));
    }
  }

  private static void measure(long[] kilobytes, int at) {
    Runtime runtime = Runtime.getRuntime();
    try {
      kilobytes[at] = NativeMemory.kilobytesInUse();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    kilobytes[at + 1] = runtime.totalMemory() - runtime.freeMemory() >> 10;
  }
}
