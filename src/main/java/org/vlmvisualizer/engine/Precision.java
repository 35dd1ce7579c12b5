package org.vlmvisualizer.engine;

import java.util.Locale;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Words;

/** The number type of matrices. Activations between them are float32 throughout. */
public enum Precision {
  /** The best that fits into the memory; {@code network.PrecisionChoice} tells which. */
  AUTO(0, 0),
  FLOAT32(6, 0),
  BFLOAT16(15, 0),
  /** GPUs only: PyTorch's float16 products on the CPU are hundreds of times slower. */
  FLOAT16(5, 0),
  /** Decoder weights in 8 bits with a scale per row, the rest in bfloat16. */
  INT8(15, 0),
  /** Decoder weights in 4 bits with a scale and a zero per 64 columns, the rest in bfloat16. */
  INT4(15, 64),
  /** The same per 32 columns: closer to the weights, an eighth larger. */
  INT4_32(15, 32),
  /** The same per 128 columns: a twentieth smaller. */
  INT4_128(15, 128);

  private final int scalarType;
  private final int group;

  Precision(int scalarType, int group) {
    this.scalarType = scalarType;
    this.group = group;
  }

  /** Columns that share a scale and a zero in int4, or 0. */
  public int group() {
    return group;
  }

  /** The number of the c10::ScalarType of matrices that are not quantised. */
  public int scalarType() {
    return scalarType;
  }

  public boolean isQuantised() {
    return this == INT8 || isInt4();
  }

  public boolean isInt4() {
    return group > 0;
  }

  /**
   * @throws InputException if the text names none
   */
  public static Precision parse(String text) {
    return Words.find(text.strip().toLowerCase(Locale.ROOT), values())
        .orElseThrow(
            () ->
                new InputException(
                    "Expected precision auto, float32, bfloat16, float16, int8, int4, int4-32 or int4-128, found '%s'."
                        .formatted(text)));
  }

  /** As users write it, such as "int4-128". */
  @Override
  public String toString() {
    return Words.word(this);
  }
}
