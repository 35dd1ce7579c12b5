package org.vlmvisualizer.image;

import java.util.Arrays;
import java.util.Optional;

/**
 * Pillow's filters for resizing, by the codes of {@code PIL.Image.Resampling} that checkpoints
 * name.
 *
 * <pre>
 *   BILINEAR  f(t) = 1 - |t|                          for |t| &lt; 1
 *   BICUBIC   f(t) = (a+2)|t|³ - (a+3)|t|² + 1        for |t| &lt; 1, a = -0.5 (Keys)
 *                  = a(|t|³ - 5|t|² + 8|t| - 4)       for |t| &lt; 2
 *   LANCZOS   f(t) = sinc(t) sinc(t / 3)              for -3 ≤ t &lt; 3, sinc(t) = sin(πt) / (πt)
 * </pre>
 *
 * Source: {@code bilinear_filter}, {@code bicubic_filter}, {@code lanczos_filter} in {@code
 * src/libImaging/Resample.c} at commit 4e5f09f53 of Pillow.
 */
public enum Resampling {
  LANCZOS(1, 3) {
    @Override
    double weight(double t) {
      return -3 <= t && t < 3 ? sinc(t) * sinc(t / 3) : 0;
    }
  },
  BILINEAR(2, 1) {
    @Override
    double weight(double t) {
      return Math.max(0, 1 - Math.abs(t));
    }
  },
  BICUBIC(3, 2) {
    @Override
    double weight(double t) {
      double x = Math.abs(t);
      if (x < 1) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
  };

  private static final double A = -0.5;

  private final int code;
  private final double support;

  Resampling(int code, double support) {
    this.code = code;
    this.support = support;
  }

  /** The filter that {@code resample} in a checkpoint means, if it is one of these. */
  public static Optional<Resampling> ofCode(int code) {
    return Arrays.stream(values()).filter(r -> r.code == code).findFirst();
  }

  /** Where the filter ends: it is 0 beyond this distance. */
  double support() {
    return support;
  }

  /** f(t). */
  abstract double weight(double t);

  private static double sinc(double t) {
    double x = t * Math.PI;
    return x == 0 ? 1 : StrictMath.sin(x) / x;
  }
}
