package org.vlmvisualizer.network;

import java.util.Locale;
import org.vlmvisualizer.core.InputException;

/** The number type of matrices. Activations between them are float32 throughout. */
public enum Precision {
  /** Float32 on the CPU up to 1 billion parameters, bfloat16 beyond and on a GPU. */
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

  private static final long FLOAT32_PARAMETERS = 1_000_000_000;

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

  /**
   * What AUTO means here.
   *
   * @throws InputException for float16 on the CPU and for integers on a GPU
   */
  Precision on(boolean gpu, long parameters) {
    if (this == FLOAT16 && !gpu) {
      throw new InputException(
          "Expected precision float32 or bfloat16 on the CPU, found float16, which it computes too slowly to be of use.");
    }
    if (isQuantised() && gpu) {
      throw new InputException(
          "Expected precision auto, float32, bfloat16 or float16 on a GPU, found "
              + name().toLowerCase(Locale.ROOT)
              + ", which runs on device cpu only.");
    }
    if (this != AUTO) {
      return this;
    }
    return gpu || parameters > FLOAT32_PARAMETERS ? BFLOAT16 : FLOAT32;
  }
}
