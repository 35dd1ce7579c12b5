package org.vlmvisualizer.image;

/**
 * The weights of torch's bilinear interpolation along one axis, in float32: {@code
 * interpolate(mode="bilinear", align_corners=False, antialias=False)}.
 *
 * <pre>
 *   s = max(0, in / out * (i + 0.5) - 0.5),  output i = (1 - frac(s)) in[⌊s⌋] + frac(s) in[⌊s⌋ + 1]
 * </pre>
 *
 * Source: {@code area_pixel_compute_source_index} and {@code compute_source_index_and_lambda} in
 * aten/src/ATen/native/UpSample.h of PyTorch 2.7.1.
 *
 * @param from [out] ⌊s⌋
 * @param next [out] ⌊s⌋ + 1, or the last where there is none
 * @param share [out] frac(s), the weight of {@code next}
 */
record BilinearAxis(int[] from, int[] next, float[] share) {
  static BilinearAxis of(int in, int out) {
    BilinearAxis axis = new BilinearAxis(new int[out], new int[out], new float[out]);
    float scale = (float) in / out;
    for (int i = 0; i < out; i++) {
      float source = Math.max(0, scale * (i + 0.5f) - 0.5f);
      axis.from[i] = Math.min((int) source, in - 1);
      axis.next[i] = Math.min(axis.from[i] + 1, in - 1);
      axis.share[i] = Math.min(Math.max(source - axis.from[i], 0), 1);
    }
    return axis;
  }

  int count() {
    return from.length;
  }
}
