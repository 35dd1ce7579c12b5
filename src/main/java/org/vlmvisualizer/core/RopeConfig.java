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

  /** The same as it is for a prompt of so many tokens, and for what comes behind it. */
  public RopeConfig at(int prompt) {
    return new RopeConfig(theta, scaling.at(prompt), axes);
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
    /**
     * @param pair i of a head's elements
     * @param power theta^(2i / C), of which the frequency is the inverse
     */
    float frequency(int pair, float power);

    /** What cosines and sines are multiplied with. */
    default double attentionFactor() {
      return 1;
    }

    /** The same as it is for a prompt of so many tokens. */
    default Scaling at(int prompt) {
      return this;
    }

    /** Tokens of such a prompt and its answer together at most. */
    default int longest(int prompt) {
      return Integer.MAX_VALUE;
    }
  }

  /** {@code rope_type} default. */
  public record Plain() implements Scaling {
    @Override
    public float frequency(int pair, float power) {
      return 1 / power;
    }
  }

  /**
   * Qwen's {@code use_dynamic_ntk}: beyond the length that it was trained with, where nothing is
   * run, frequencies would change with the length of the prompt.
   */
  public record Unstretched() implements Scaling {
    @Override
    public float frequency(int pair, float power) {
      return 1 / power;
    }
  }

  /** {@code rope_type} linear: positions divided by {@code factor}. */
  public record Linear(double factor) implements Scaling {
    @Override
    public float frequency(int pair, float power) {
      return 1 / power / (float) factor;
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
    public float frequency(int pair, float power) {
      float frequency = 1 / power;
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

  /**
   * {@code rope_type} longrope (Ding et al. 2024, arXiv:2402.13753), which Phi-3-V calls su: each
   * frequency divided by a factor of its own, of one list in short sequences and of another, at all
   * places, in long ones.
   *
   * <p>A sequence is as long as its prompt here: what is behind a short one ends where long ones
   * begin. transformers 4.57.6 reads the whole sequence again where an answer gets there, so that
   * the answer's ends were computed with different angles; its attention "sdpa" then agrees with
   * one pass over all, its "eager" does not.
   *
   * @param shortFactors [C / 2]
   * @param longFactors [C / 2]
   * @param originalMaxPositionEmbeddings tokens of the longest short sequence
   * @param attentionFactor what cosines and sines are multiplied with
   * @param isLong whether this is for long sequences
   */
  public record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalMaxPositionEmbeddings,
      double attentionFactor,
      boolean isLong)
      implements Scaling {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
    }

    @Override
    public float frequency(int pair, float power) {
      double factor = (isLong ? longFactors : shortFactors).get(pair);
      return 1 / ((float) factor * power);
    }

    @Override
    public LongRope at(int prompt) {
      return new LongRope(
          shortFactors,
          longFactors,
          originalMaxPositionEmbeddings,
          attentionFactor,
          prompt > originalMaxPositionEmbeddings);
    }

    @Override
    public int longest(int prompt) {
      return at(prompt).isLong ? Integer.MAX_VALUE : originalMaxPositionEmbeddings;
    }
  }
}
