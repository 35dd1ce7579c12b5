package org.vlmvisualizer.core;

import java.util.List;

/** The kinds of vision transformers. */
public enum TowerType {
  /** A class token before the patches, and a norm before the layers. */
  CLIP(true, true, false, TowerNames.clip()),
  /** Nothing but patches, whose convolution has a bias. */
  SIGLIP(false, false, true, TowerNames.clip()),
  /** A class token, and what a layer adds is scaled channel by channel. */
  INTERNVL(true, false, true, TowerNames.internVl()),
  /**
   * OpenCLIP's without its class token, whose positions are stretched over a picture and whose
   * queries, keys and values lie head by head.
   */
  QWEN_VL(false, true, false, TowerNames.openClip()),
  /** Patches of pictures of any size, in blocks, rotated by row and column. */
  QWEN2_VL(false, false, false, TowerNames.qwen(List.of("mlp.fc1", "mlp.fc2"), "merger.ln_q")),
  /** The same with windows, RMS norms and a gated MLP. */
  QWEN2_5_VL(
      false,
      false,
      false,
      TowerNames.qwen(List.of("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"), "merger.ln_q")),
  /** As QWEN2_VL, with learned positions too, and features of some layers for the decoder's. */
  QWEN3_VL(
      false,
      false,
      true,
      TowerNames.qwen(List.of("mlp.linear_fc1", "mlp.linear_fc2"), "merger.norm"));

  private final boolean classToken;
  private final boolean preNorm;
  private final boolean patchBias;
  private final TowerNames names;

  TowerType(boolean classToken, boolean preNorm, boolean patchBias, TowerNames names) {
    this.classToken = classToken;
    this.preNorm = preNorm;
    this.patchBias = patchBias;
    this.names = names;
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

  /** Whether the file has query, key and value of each head together. */
  public boolean isByHeads() {
    return this == QWEN_VL;
  }

  /**
   * Positions in a row of a table that is stretched over a picture's patches; 0 where the table has
   * a row for each patch, or {@link VisionConfig.Blocks} say it.
   */
  public int stretchedPositions() {
    return this == QWEN_VL ? 16 : 0;
  }

  /** What its weights are called. */
  public TowerNames names() {
    return names;
  }

  /** What a merger's norm and matrices are called in transformers. */
  public List<String> merger() {
    return this == QWEN3_VL
        ? List.of("norm", "linear_fc1", "linear_fc2")
        : List.of("ln_q", "mlp.0", "mlp.2");
  }
}
