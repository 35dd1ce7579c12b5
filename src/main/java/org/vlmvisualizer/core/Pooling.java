package org.vlmvisualizer.core;

import java.util.Arrays;

/** How the maps of several tokens become the map of a word or a phrase. */
public enum Pooling {
  /** {@code m[p] = Σ_t m_t[p] / T}. */
  MEAN {
    @Override
    float[] pooled(float[][] maps) {
      double[] sums = new double[maps[0].length];
      for (float[] map : maps) {
        for (int p = 0; p < sums.length; p++) {
          sums[p] += map[p];
        }
      }
      return AttributionMap.narrow(Arrays.stream(sums).map(sum -> sum / maps.length).toArray());
    }
  },
  /** {@code m[p] = max_t m_t[p]}, cell by cell: what any of the tokens looked at. */
  MAXIMUM {
    @Override
    float[] pooled(float[][] maps) {
      float[] most = maps[0].clone();
      for (float[] map : maps) {
        for (int p = 0; p < most.length; p++) {
          most[p] = Math.max(most[p], map[p]);
        }
      }
      return most;
    }
  };

  /**
   * One map of several.
   *
   * @param maps [T, P], at least one
   * @return [P]; of one map, that map itself
   */
  public float[] of(float[]... maps) {
    return maps.length == 1 ? maps[0] : pooled(maps);
  }

  abstract float[] pooled(float[][] maps);

  /** The word that users choose it by. */
  @Override
  public String toString() {
    return Words.word(this);
  }
}
