package org.vlmvisualizer.image;

/**
 * PyTorch's bicubic interpolation without antialiasing: output pixel i is centred on c = (i + 0.5)
 * in / out - 0.5 and made of the four pixels around it, those beyond the edge being its last, by
 * Keys' filter with a = -0.75
 *
 * <pre>
 *   f(t) = (a+2)|t|³ - (a+3)|t|² + 1        for |t| &lt; 1
 *        = a(|t|³ - 5|t|² + 8|t| - 4)       for |t| &lt; 2
 * </pre>
 *
 * along the rows, then along the columns, in float32.
 *
 * <p>Source: {@code upsample_bicubic2d} in aten/src/ATen/native/UpSample.h and
 * native/cpu/UpSampleKernel.cpp of PyTorch 2.7.1, with align_corners false.
 *
 * @param pixels [out][4] which pixels of the input
 * @param weights [out][4]
 */
record BicubicSampling(int[][] pixels, float[][] weights) {
  private static final int TAPS = 4;
  private static final float A = -0.75f;

  static BicubicSampling of(int in, int out) {
    int[][] pixels = new int[out][TAPS];
    float[][] weights = new float[out][TAPS];
    float scale = (float) in / out;
    for (int i = 0; i < out; i++) {
      float centre = scale * (i + 0.5f) - 0.5f;
      int first = (int) Math.floor(centre) - 1;
      for (int tap = 0; tap < TAPS; tap++) {
        pixels[i][tap] = Math.max(0, Math.min(in - 1, first + tap));
        weights[i][tap] = weight(Math.abs(centre - first - tap));
      }
    }
    return new BicubicSampling(pixels, weights);
  }

  private static float weight(float t) {
    return t <= 1 ? ((A + 2) * t - (A + 3)) * t * t + 1 : ((A * t - 5 * A) * t + 8 * A) * t - 4 * A;
  }

  /**
   * Planes brought to a square.
   *
   * @param values [planes, height, width] in a row
   * @param size S
   * @return [planes, S, S] in a row
   */
  static float[] resize(float[] values, int planes, int width, int height, int size) {
    BicubicSampling across = of(width, size);
    BicubicSampling down = of(height, size);
    float[] resized = new float[planes * size * size];
    for (int i = 0; i < resized.length; i++) {
      int plane = i / (size * size) * height;
      int y = i / size % size;
      float sum = 0;
      for (int tap = 0; tap < TAPS; tap++) {
        int row = (plane + down.pixels[y][tap]) * width;
        sum += down.weights[y][tap] * across.along(values, row, i % size);
      }
      resized[i] = sum;
    }
    return resized;
  }

  private float along(float[] values, int start, int i) {
    float sum = 0;
    for (int tap = 0; tap < TAPS; tap++) {
      sum += weights[i][tap] * values[start + pixels[i][tap]];
    }
    return sum;
  }
}
