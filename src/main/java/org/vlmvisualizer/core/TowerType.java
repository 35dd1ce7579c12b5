package org.vlmvisualizer.core;

/** The kinds of vision transformers, in what their embeddings differ; their layers are alike. */
public enum TowerType {
  /** A class token before the patches, and a norm before the layers. */
  CLIP(true, true, false),
  /** Nothing but patches, whose convolution has a bias. */
  SIGLIP(false, false, true);

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
}
