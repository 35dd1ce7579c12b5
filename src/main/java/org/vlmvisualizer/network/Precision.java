package org.vlmvisualizer.network;

import org.vlmvisualizer.core.InputException;

/** The number type of matrices. Activations between them are float32 throughout. */
public enum Precision {
  /** The best that fits into the memory; {@link PrecisionChoice} tells which. */
  AUTO(0),
  FLOAT32(6),
  BFLOAT16(15),
  /** GPUs only: PyTorch's float16 products on the CPU are hundreds of times slower. */
  FLOAT16(5),
  /** Decoder weights in 8 bits with a scale per row, the rest in bfloat16. CPU only. */
  INT8(15),
  /**
   * Decoder weights in 4 bits with a scale and a zero per group, the rest in bfloat16. CPU only.
   */
  INT4(15);

  private final int scalarType;

  Precision(int scalarType) {
    this.scalarType = scalarType;
  }

  /** The number of the c10::ScalarType of matrices that are not quantised. */
  int scalarType() {
    return scalarType;
  }

  boolean isQuantised() {
    return this == INT8 || this == INT4;
  }

  /**
   * @throws InputException if the text names none
   */
  public static Precision parse(String text) {
    for (Precision precision : values()) {
      if (precision.name().equalsIgnoreCase(text.strip())) {
        return precision;
      }
    }
    throw new InputException(
        "Expected precision auto, float32, bfloat16, float16, int8 or int4, found '" + text + "'.");
  }
}
