package org.vlmvisualizer.core;

/** Shares of attention where every token of the picture has a place. */
public final class Shares {
  private Shares() {}

  /** Of one picture. */
  public static AttentionShares of(double image, double prompt, double generated) {
    return new AttentionShares(image, prompt, generated, 0, image);
  }
}
