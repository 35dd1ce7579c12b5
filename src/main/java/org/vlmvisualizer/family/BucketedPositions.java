package org.vlmvisualizer.family;

import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;

/**
 * Which row of the table of positions each patch of Idefics3's and SmolVLM's vision towers takes: a
 * patch's place in 0..1, times 1 - 1e-6, is put into one of as many buckets as a side has patches.
 * Meant to give each its own row, but the place is rounded to the weights' type, and how decides:
 * in float32, all but the first come out one lower. These models are trained and used in bfloat16.
 *
 * <p>Source: transformers 4.57.6, Idefics3VisionEmbeddings in modeling_idefics3.py.
 */
final class BucketedPositions {
  private static final List<String> TYPES = List.of("float32", "float16", "bfloat16");
  private static final int[] SIGNIFICANT_BITS = {24, 11, 8};

  private BucketedPositions() {}

  /** The type that config.json names, by either of its names; without one, float32. */
  static String type(ConfigObject config) {
    String type = config.oneOf("torch_dtype", "float32", TYPES);
    return config.oneOf("dtype", type, TYPES);
  }

  /**
   * @param side patches of a side, all of which a crop fills
   * @param type float32, float16 or bfloat16
   * @return [side * side], row by row
   */
  static List<Integer> ids(int side, String type) {
    int[] buckets = buckets(side, SIGNIFICANT_BITS[TYPES.indexOf(type)]);
    List<Integer> ids = new ArrayList<>();
    for (int row : buckets) {
      for (int column : buckets) {
        ids.add(row * side + column);
      }
    }
    return ids;
  }

  private static int[] buckets(int side, int bits) {
    double step = 1.0 / side;
    int[] buckets = new int[side];
    for (int i = 0; i < side; i++) {
      float share = rounded(rounded(i, bits) / side, bits);
      float place = rounded(share * (float) (1 - 1e-6), bits);
      // Boundary k - 1 is the upper edge of bucket k - 1, in float32.
      int k = 0;
      while (k < side - 1 && (float) (step + step * k) <= place) {
        k++;
      }
      buckets[i] = k;
    }
    return buckets;
  }

  /** To the nearest number of so many significant bits, a tie to the even one. */
  private static float rounded(float value, int bits) {
    float unit = Math.scalb(1f, Math.getExponent(value) - bits + 1);
    return value == 0 ? 0 : (float) Math.rint(value / unit) * unit;
  }
}
