package org.vlmvisualizer.network;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.prompt.PromptEncoder;

/** A process that loads a model through a cache of int4 weights and prints a sum of its logits. */
final class QuantisedCacheChild {
  private QuantisedCacheChild() {}

  /** Arguments: the checkpoint, and the folder of the cache. */
  public static void main(String[] arguments) {
    System.out.println(sum(Path.of(arguments[0]), Path.of(arguments[1])));
  }

  static String sum(Path folder, Path cache) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    ModelFamily family = Families.of(checkpoint);
    ModelConfig config = family.config(checkpoint);
    int side = config.vision().imageSize();
    Grid grid = Grid.padded(side, side, side, config.vision().patchSize());
    try (LlavaNetwork network =
            LlavaNetwork.load(
                config,
                family.weights(checkpoint, config),
                config.vision().numPatches(),
                "cpu",
                Precision.INT4,
                cache::resolve,
                Progress.NONE);
        PromptEncoder encoder = family.encoder(checkpoint, config)) {
      float[] logits =
          network
              .session(
                  Inputs.of(new float[3 * side * side], side, grid),
                  encoder.encode(
                      family.template(checkpoint),
                      List.of("<image>".repeat(grid.size())),
                      "What?",
                      false))
              .generate(
                  1,
                  Generation.greedy(Set.of()),
                  encoder::text,
                  Inputs.withLogits(TraceRequest.NOTHING),
                  Progress.NONE)
              .logits()[0];
      return Integer.toHexString(Arrays.hashCode(logits));
    }
  }
}
