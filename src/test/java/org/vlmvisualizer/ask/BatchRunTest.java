package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.Upsampling;
import org.vlmvisualizer.picture.ImageInput;

/** Whatever one picture throws is its row; only the user and Java itself end the run. */
class BatchRunTest {
  private final Golden golden = new Golden("llama-mha");
  @TempDir Path folder;

  private BatchRun.Outcome run(Throwable thrown) {
    List<BatchPicture> pictures = new ArrayList<>();
    pictures.add(picture(1, this::opened));
    pictures.add(
        picture(
            2,
            () -> {
              throw BatchRunTest.<RuntimeException>sneaky(thrown);
            }));
    pictures.add(picture(3, this::opened));
    try (Asker asker =
        new Asker(
            new ModelKeeper(),
            Checkpoint.open(golden.checkpoint()),
            new RequestOptions(
                Defaults.request("What?", 2),
                "cpu",
                Precision.FLOAT32,
                new Rendering(Upsampling.NONE, HeatColours.INFERNO, false, false)),
            engine -> {})) {
      return new BatchRun(asker, folder, true)
          .run(pictures, List.of(), Progress.NONE, (row, result) -> {});
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private BatchPicture picture(int frame, Supplier<ImageInput> input) {
    return new BatchPicture(
        frame,
        frame + ".png",
        frame + "-png",
        0,
        JsonObject::new,
        progress -> new BatchPicture.Content(input.get(), ""));
  }

  private ImageInput opened() {
    return ImageInput.open(golden.picture().toString());
  }

  @Test
  void faultsOfOnePictureAreItsRow() {
    List<Throwable> faults =
        List.of(
            new IllegalStateException("ai.djl.Something: inner words"),
            new ArrayIndexOutOfBoundsException(7),
            new NullPointerException(),
            new OutOfMemoryError("Java heap space"),
            new StackOverflowError());
    for (Throwable fault : faults) {
      List<BatchRow> rows = run(fault).rows();
      assertEquals(BatchRow.Status.DONE, rows.get(0).status());
      assertEquals(BatchRow.Status.DONE, rows.get(2).status());
      assertEquals(BatchRow.Status.FAILED, rows.get(1).status());
      PlainSentence.check(rows.get(1).error());
    }
    String told = run(new IllegalStateException()).rows().get(1).error();
    assertTrue(told.contains("(IllegalState at BatchRunTest.java:"), told);
  }

  @Test
  void aCancelAndAnErrorOfJavaEndTheRun() {
    BatchRun.Outcome outcome = run(new CancellationException("enough"));
    assertTrue(outcome.cancelled());
    assertEquals(2, outcome.count(BatchRow.Status.PENDING));
    assertThrows(NoClassDefFoundError.class, () -> run(new NoClassDefFoundError()));
  }
}
