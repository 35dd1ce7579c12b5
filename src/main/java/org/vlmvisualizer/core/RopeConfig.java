package org.vlmvisualizer.core;

/**
 * Rotary position embeddings (Su et al. 2021, arXiv:2104.09864), named as in transformers' configs.
 *
 * @param theta the base of the frequencies
 * @param scaling how a decoder that was trained on short sequences is stretched
 */
public record RopeConfig(double theta, Scaling scaling) {
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
