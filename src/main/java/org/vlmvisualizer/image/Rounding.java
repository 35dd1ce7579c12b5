package org.vlmvisualizer.image;

/** Whose integers a resize of 8-bit pictures is computed in. */
public enum Rounding {
  /** Weights in 22 bits; still pictures. */
  PILLOW,
  /**
   * Weights in as many bits as 16-bit integers hold, 14 at most; frames of videos, which
   * torchvision's bicubic resize on a CPU leaves to PyTorch: equal to torchvision 0.22.1 to the bit
   * in 1,000 random sizes. Its bilinear resize may compute in float32 instead.
   */
  TORCH
}
