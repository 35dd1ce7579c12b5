package org.vlmvisualizer.core;

import java.util.List;

/**
 * Rotary position embeddings (Su et al. 2021, arXiv:2104.09864), named as in transformers' configs.
 *
 * @param theta the base of the frequencies
 * @param scaling how a decoder that was trained on short sequences is stretched
 * @param axes [C / 2] by which axis of a token's {@link Positions} each pair of a head's elements
 *     is rotated, 0 for time, 1 for row and 2 for column; empty where tokens are counted
 */
public record RopeConfig(double theta, Scaling scaling, List<Integer> axes) {

  /** With tokens that are counted. */
  public RopeConfig(double theta, Scaling scaling) {
    this(theta, scaling, List.of());
  }

  public RopeConfig {
    axes = List.copyOf(axes);
  }

  /** The same with tokens that have several positions. */
  public RopeConfig on(List<Integer> newAxes) {
    return new RopeConfig(theta, scaling, newAxes);
  }

  /** Whether tokens have several positions. */
  public boolean hasAxes() {
    return !axes.isEmpty();
  }

  /**
   * What becomes of a frequency. In float32 and in the order of transformers 4.57,
   * modeling_rope_utils.py: at a place p, a last digit of the frequency is p digits of the angle.
   */
  public sealed interface Scaling {
    float scaled(float frequency);
  }

  /** {@code rope_type} default. */
  public record Plain() implements Scaling {
    @Override
    public float scaled(float frequency) {
      return frequency;
    }
  }

  /**
   * Qwen's {@code use_dynamic_ntk}: beyond the length that it was trained with, where nothing is
   * run, frequencies would change with the length of the prompt.
   */
  public record Unstretched() implements Scaling {
    @Override
    public float scaled(float frequency) {
      return frequency;
    }
  }

  /** {@code rope_type} linear: positions divided by {@code factor}. */
  public record Linear(double factor) implements Scaling {
    @Override
    public float scaled(float frequency) {
      return frequency / (float) factor;
    }
  }

  /**
   * {@code rope_type} llama3: long wavelengths divided by {@code factor}, short ones kept, those
   * between blended.
   *
   * @param originalMaxPositionEmbeddings tokens that the decoder was trained on
   */
  public record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
      implements Scaling {
    @Override
    public float scaled(float frequency) {
      float wavelength = 1 / frequency * (float) (2 * Math.PI);
      if (wavelength < (float) (originalMaxPositionEmbeddings / highFreqFactor)) {
        return frequency;
      }
      if (wavelength > (float) (originalMaxPositionEmbeddings / lowFreqFactor)) {
        return frequency / (float) factor;
      }
      float low = (float) lowFreqFactor;
      float span = (float) (highFreqFactor - lowFreqFactor);
      float smooth = (1 / wavelength * originalMaxPositionEmbeddings - low) / span;
      return (1 - smooth) * frequency / (float) factor + smooth * frequency;
    }
  }
}
