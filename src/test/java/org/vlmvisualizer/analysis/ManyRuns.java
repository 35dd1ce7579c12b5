package org.vlmvisualizer.analysis;

import java.util.concurrent.CancellationException;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.NativeMemory;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.Upsampling;
import org.vlmvisualizer.picture.ImageInput;

/**
 * Asks the same question over and over in one JVM and prints by how many kilobytes the native
 * memory in use grew after warming up, and how many are held without use once the model is closed.
 * What leaks grows in every round; what Java's compiler holds while a round ends is gone in the
 * next, so that one too large is repeated.
 */
final class ManyRuns {
  private static final int WARM_UP = 20;
  private static final int TOKENS = 50;
  private static final int ROUNDS = 3;

  private ManyRuns() {}

  /**
   * @param arguments the number of runs, and "cancel" to cancel each while the model loads, or
   *     "switch" to put each to a model of another precision than the one that is kept
   */
  public static void main(String[] arguments) throws Exception {
    int runs = Integer.parseInt(arguments[0]);
    String kind = arguments.length > 1 ? arguments[1] : "";
    ModelKeeper keeper = new ModelKeeper();
    Golden golden = new Golden("llama-mha");
    Checkpoint checkpoint = Checkpoint.open(golden.checkpoint());
    RgbPicture picture = ImageInput.open(golden.picture().toString()).picture();
    try (AttentionModel model =
        AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, Progress.NONE)) {
      Run run =
          i -> {
            if (kind.equals("cancel")) {
              cancelledLoad(checkpoint);
            } else if (kind.equals("switch")) {
              load(keeper, checkpoint, i % 2 == 0 ? Precision.FLOAT32 : Precision.BFLOAT16);
            } else {
              model.analyze(picture, Defaults.request("What is in it?", TOKENS), Progress.NONE);
            }
          };
      grown(run, WARM_UP);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && least >= NativeMemoryTest.GROWN_KILOBYTES; round++) {
        least = Math.min(least, grown(run, runs));
      }
      keeper.close();
      System.out.print(least);
    }
    System.out.println(" " + NativeMemory.kilobytesHeld());
  }

  /** One of them, by its number. */
  private interface Run {
    void go(int number);
  }

  private static long grown(Run run, int times) throws InterruptedException {
    long before = NativeMemory.kilobytesInUse();
    for (int i = 0; i < times; i++) {
      run.go(i);
    }
    return NativeMemory.kilobytesInUse() - before;
  }

  private static void load(ModelKeeper keeper, Checkpoint checkpoint, Precision precision) {
    RequestOptions options =
        new RequestOptions(
            Defaults.request("What is in it?", 1),
            "cpu",
            precision,
            Defaults.maps(Upsampling.NONE));
    try (Asker asker = new Asker(keeper, checkpoint, options, engine -> {})) {
      asker.load(Progress.NONE);
    }
  }

  /** Cancels before the last decoder layer. */
  private static void cancelledLoad(Checkpoint checkpoint) {
    Progress impatient =
        (stage, done, total) -> {
          if (stage.contains("decoder") && done == total - 1) {
            throw new CancellationException();
          }
        };
    try {
      AttentionModel.open(checkpoint, "cpu", Precision.FLOAT32, impatient).close();
      throw new AssertionError("not cancelled");
    } catch (CancellationException e) {
      // Expected.
    }
  }
}
