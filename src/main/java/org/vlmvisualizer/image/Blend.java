package org.vlmvisualizer.image;

import java.util.Arrays;

/** The patches that an interpolated token is made of, each once, without those of weight 0. */
final class Blend {
  private int[] patches = {};
  private float[] shares = {};

  void add(int patch, float share) {
    if (share == 0) {
      return;
    }
    for (int i = 0; i < patches.length; i++) {
      if (patches[i] == patch) {
        shares[i] += share;
        return;
      }
    }
    patches = Arrays.copyOf(patches, patches.length + 1);
    shares = Arrays.copyOf(shares, shares.length + 1);
    patches[patches.length - 1] = patch;
    shares[shares.length - 1] = share;
  }

  int[] patches() {
    return patches;
  }

  float[] shares() {
    return shares;
  }
}
