package org.vlmvisualizer.core;

import java.util.List;

/** The kinds of vision transformers. */
public enum TowerType {
  /** A class token before the patches, and a norm before the layers. */
  CLIP(true, true, false),
  /** Nothing but patches, whose convolution has a bias. */
  SIGLIP(false, false, true),
  /** Patches of pictures of any size, in blocks, rotated by row and column. */
  QWEN2_VL(false, false, false),
  /** The same with windows, RMS norms and a gated MLP. */
  QWEN2_5_VL(false, false, false),
  /** As QWEN2_VL, with learned positions too, and features of some layers for the decoder's. */
  QWEN3_VL(false, false, true);

  private final boolean classToken;
  private final boolean preNorm;
  private final boolean patchBias;

  TowerType(boolean classToken, boolean preNorm, boolean patchBias) {
    this.classToken = classToken;
    this.preNorm = preNorm;
    this.patchBias = patchBias;
  }

  public boolean hasClassToken() {
    return classToken;
  }

  public boolean hasPreNorm() {
    return preNorm;
  }

  public boolean hasPatchBias() {
    return patchBias;
  }

  /** Whether its MLP has a gate, and its norms no bias. */
  public boolean isGated() {
    return this == QWEN2_5_VL;
  }

  /** What the MLP's matrices are called in transformers, of towers with blocks; a gate first. */
  public List<String> mlp() {
    return switch (this) {
      case QWEN2_5_VL -> List.of("gate_proj", "up_proj", "down_proj");
      case QWEN3_VL -> List.of("linear_fc1", "linear_fc2");
      default -> List.of("fc1", "fc2");
    };
  }

  /** What a merger's norm and matrices are called in transformers. */
  public List<String> merger() {
    return this == QWEN3_VL
        ? List.of("norm", "linear_fc1", "linear_fc2")
        : List.of("ln_q", "mlp.0", "mlp.2");
  }
}
