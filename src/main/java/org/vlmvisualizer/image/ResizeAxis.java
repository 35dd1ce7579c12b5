package org.vlmvisualizer.image;

/**
 * The weights of a resize along one axis, in Pillow's fixed point.
 *
 * <p>Output pixel i is centred on {@code c = (i + 0.5) * scale} of the input, scale = in / out, and
 * is the sum of the pixels x under the filter f, stretched by max(1, scale):
 *
 * <pre>
 *   w(x) = f((x - c + 0.5) / max(1, scale)),   weights w / Σw, times 2^22, rounded half away from 0
 * </pre>
 *
 * The input may be a larger canvas of one colour with the picture on it. The weights that fall on
 * the canvas around the picture are kept as their sum only, so that the canvas is never made: its
 * size costs nothing, and integer sums are the same in any order.
 *
 * <p>PyTorch's weights are the same, times 2^n, with the largest n for which the largest of them
 * stays below 2^15.
 *
 * <p>Sources: {@code precompute_coeffs}, {@code normalize_coeffs_8bpc} in {@code
 * src/libImaging/Resample.c} at commit 4e5f09f53 of Pillow; {@code
 * compute_index_ranges_int16_weights} in {@code aten/src/ATen/native/cpu/UpSampleKernel.cpp} of
 * PyTorch 2.7.1.
 *
 * @param first [count] the first picture pixel under output pixel i; never decreases
 * @param weights [count][taps] times 2^bits, from {@code first} on
 * @param padding [count] sum of the weights outside the picture, times 2^bits
 * @param bits fraction bits of a weight
 */
record ResizeAxis(int[] first, int[][] weights, int[] padding, int bits) {
  /** Fraction bits of a weight: 32 less 8 for the pixel less 2 for overshoot and sign. */
  private static final int PRECISION_BITS = 32 - 8 - 2;

  /** Enough outputs to meet the largest weight: those of a longer axis lie between theirs. */
  private static final int MOST_PHASES = 1 << 20;

  /**
   * @param filter f
   * @param in length of the canvas in pixels
   * @param out length that the canvas is resized to
   * @param outFrom first output pixel wanted
   * @param count output pixels wanted
   * @param offset where on the canvas the picture starts
   * @param length length of the picture
   */
  static ResizeAxis of(
      Resampling filter, long in, long out, long outFrom, int count, long offset, int length) {
    return of(filter, PRECISION_BITS, in, out, outFrom, count, offset, length);
  }

  /** The weights of a part of a whole picture, in somebody's integers. */
  static ResizeAxis of(
      Resampling filter, Rounding rounding, int in, long out, long outFrom, int count) {
    int bits = rounding == Rounding.PILLOW ? PRECISION_BITS : bitsBelow16(filter, in, out);
    return of(filter, bits, in, out, outFrom, count, 0, in);
  }

  private static int bitsBelow16(Resampling filter, int in, long out) {
    int phases = (int) Math.min(out, MOST_PHASES);
    double largest = 0;
    for (int[] weights : of(filter, PRECISION_BITS, in, out, 0, phases, 0, in).weights) {
      for (int weight : weights) {
        largest = Math.max(largest, weight * Math.pow(2, -PRECISION_BITS));
      }
    }
    int bits = 0;
    while (bits < PRECISION_BITS && (int) (0.5 + largest * (1 << (bits + 1))) < 1 << 15) {
      bits++;
    }
    return bits;
  }

  private static ResizeAxis of(
      Resampling filter,
      int bits,
      long in,
      long out,
      long outFrom,
      int count,
      long offset,
      int length) {
    ResizeAxis axis = new ResizeAxis(new int[count], new int[count][], new int[count], bits);
    double scale = (double) in / out;
    double filterScale = Math.max(scale, 1);
    double support = filter.support() * filterScale;
    for (int i = 0; i < count; i++) {
      double centre = (outFrom + i + 0.5) * scale;
      long from = Math.max(0, (long) (centre - support + 0.5));
      long to = Math.min(in, (long) (centre + support + 0.5));
      axis.fill(filter, i, centre, 1 / filterScale, from, to, offset, length);
    }
    return axis;
  }

  /** An axis along which nothing changes: one tap of weight 1. */
  static ResizeAxis unchanged(int length) {
    int[] first = new int[length];
    int[][] weights = new int[length][];
    for (int i = 0; i < length; i++) {
      first[i] = i;
      weights[i] = new int[] {1 << PRECISION_BITS};
    }
    return new ResizeAxis(first, weights, new int[length], PRECISION_BITS);
  }

  int count() {
    return first.length;
  }

  /** One past the last picture pixel under output pixel i. */
  int end(int i) {
    return first[i] + weights[i].length;
  }

  private void fill(
      Resampling filter,
      int i,
      double centre,
      double perPixel,
      long from,
      long to,
      long offset,
      int length) {
    double sum = 0;
    for (long x = from; x < to; x++) {
      sum += filter.weight((x - centre + 0.5) * perPixel);
    }
    int start = (int) Math.max(0, Math.min(length, from - offset));
    int end = (int) Math.max(start, Math.min(length, to - offset));
    first[i] = start;
    weights[i] = new int[end - start];
    for (long x = from; x < to; x++) {
      int weight = fixedPoint(filter.weight((x - centre + 0.5) * perPixel) / sum);
      long tap = x - offset - start;
      if (tap >= 0 && tap < weights[i].length) {
        weights[i][(int) tap] = weight;
      } else {
        padding[i] += weight;
      }
    }
  }

  private int fixedPoint(double weight) {
    return (int) (weight * (1 << bits) + (weight < 0 ? -0.5 : 0.5));
  }
}
