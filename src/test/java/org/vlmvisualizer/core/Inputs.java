package org.vlmvisualizer.core;

import java.util.List;

/** What tests hand over to a network. */
public final class Inputs {
  private Inputs() {}

  /** One picture in one view, each patch an image token. */
  public static ModelInput of(float[] pixelValues, int size, Grid grid) {
    return new ModelInput(
        List.of(Crop.square(pixelValues, size)),
        Layout.of(grid),
        List.of("<image>".repeat(grid.size())));
  }

  /** A request that keeps logits too. */
  public static TraceRequest withLogits(TraceRequest r) {
    return new TraceRequest(
        r.vision(), r.layers(), r.heads(), r.keepFirst(), r.promptRows(), r.keep(), true);
  }
}
