package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.network.LlavaNetwork;

/**
 * Loads a model and prints, in megabytes, what memory the process has then and what it had at most:
 * {@code LoadingMemory MODEL PRECISION CACHE-FOLDER}. Linux only.
 */
public final class LoadingMemory {
  private LoadingMemory() {}

  public static void main(String[] arguments) throws IOException {
    Checkpoint checkpoint = Checkpoint.find(arguments[0]);
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    try (LlavaNetwork network =
        LlavaNetwork.load(
            config,
            family.weights(checkpoint, config),
            config.vision().numPatches(),
            "cpu",
            Precision.parse(arguments[1]),
            Path.of(arguments[2])::resolve,
            Progress.NONE)) {
      System.out.printf(
          Locale.ROOT,
          "%s %.1f %.1f%n",
          network.precision(),
          1e3 * ProcessMemory.now(),
          1e3 * ProcessMemory.peak());
    }
  }
}
