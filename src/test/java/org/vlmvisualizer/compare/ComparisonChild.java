package org.vlmvisualizer.compare;

import java.nio.file.Path;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.Upsampling;

/** Compares methods on a folder and ends amid a picture, as by a power cut. */
final class ComparisonChild {
  private ComparisonChild() {}

  /**
   * @param arguments folder of pictures, folder for results, and which picture, from 1
   */
  public static void main(String[] arguments) {
    Progress end =
        (stage, done, total) -> {
          if (stage.startsWith(arguments[2] + " of") && stage.contains(": tam")) {
            Runtime.getRuntime().halt(9);
          }
        };
    run(Path.of(arguments[0]), Path.of(arguments[1]), end);
  }

  private static void run(Path pictures, Path results, Progress progress) {
    try (ModelKeeper keeper = new ModelKeeper();
        Asker asker = asker(keeper, "")) {
      new ComparisonRun(asker, ComparisonRunTest.OPTIONS, results, true)
          .run(ComparedPicture.inFolder(pictures), progress);
    }
  }

  /**
   * The demo model.
   *
   * @param answer empty for its own
   */
  static Asker asker(ModelKeeper keeper, String answer) {
    RequestOptions options =
        new RequestOptions(
            Defaults.request("What is in the image?", 24).saying(answer),
            "cpu",
            Precision.FLOAT32,
            Defaults.maps(Upsampling.NONE));
    return new Asker(keeper, Checkpoint.find(Checkpoint.DEMO), options, engine -> {});
  }
}
