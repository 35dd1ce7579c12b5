package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.VisionLayers;

/**
 * What a network makes of pictures before it reads the prompt.
 *
 * @param tower [B * P, D of the tower]
 * @param image [K, D of the decoder]
 */
record Features(float[] tower, float[] image) {
  static Features of(LlavaNetwork network, ModelInput input) {
    try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager()) {
      VisionTower.Output seen =
          network.tower.run(run, input.crops(), VisionLayers.NONE, Progress.NONE);
      PtNDArray image = network.connector.run(run, seen, input.layout().spread()).image();
      return new Features(network.torch.floats(seen.features()), network.torch.floats(image));
    }
  }
}
