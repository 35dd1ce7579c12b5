package org.vlmvisualizer.network;

import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;

/** Networks on the CPU, of which no quantised copy is kept. */
public final class CpuNetwork {
  private CpuNetwork() {}

  /** Loads all weights; the caller closes it. */
  public static LlavaNetwork load(ModelConfig config, Weights weights, Precision precision) {
    return LlavaNetwork.load(
        config, weights, config.vision().numPatches(), "cpu", precision, null, Progress.NONE);
  }
}
