package org.vlmvisualizer.core;

/**
 * What each decoder layer and head looked at when it predicted each generated token: all that maps
 * of some of the layers and heads can be made from after the run.
 *
 * <p>The row of a head over all keys sums to 1. Kept of it are its values on the pictures' tokens
 * and three sums over the rest, in this order: {@link #FIRST}, {@link #TEXT}, {@link #ANSWER}. The
 * arrays are not copied.
 *
 * @param layers kept decoder layers, counted from 0
 * @param heads kept heads, counted from 0
 * @param averaged whether the heads were averaged: then H is 1
 * @param image [T, L * H * R] attention to each recorded token: the K image tokens, then the
 *     markers among them
 * @param rest [T, 3 * L * H] attention to everything else
 * @param vision [B * P, P] the tower's patch-to-patch attention ({@link Trace#vision}), or null if
 *     the method does not read it
 * @param layout where the image tokens lie
 */
public record HeadAttention(
    IndexRange layers,
    IndexRange heads,
    boolean averaged,
    float[][] image,
    float[][] rest,
    float[][] vision,
    Layout layout) {
  /** Index in {@link #rest} of the attention to the first token of the prompt. */
  public static final int FIRST = 0;

  /** Index in {@link #rest} of the attention to the other tokens of the prompt's text. */
  public static final int TEXT = 1;

  /** Index in {@link #rest} of the attention to what was generated before. */
  public static final int ANSWER = 2;

  /** Sums that {@link #rest} holds of each head. */
  public static final int SUMS = 3;

  /**
   * @throws IllegalArgumentException if the shapes disagree
   */
  public HeadAttention {
    int rows = layers.size() * (averaged ? 1 : heads.size());
    if (layers.first() < 0 || heads.first() < 0 || layers.size() < 1 || heads.size() < 1) {
      throw new IllegalArgumentException("Layers " + layers + " and heads " + heads + ".");
    }
    if (image.length == 0 || rest.length != image.length || image[0].length % rows != 0) {
      throw new IllegalArgumentException(
          "Expected rows of %d heads for each token, found %d and %d tokens."
              .formatted(rows, image.length, rest.length));
    }
    int recorded = image[0].length / rows;
    if (recorded < layout.tokens()) {
      throw new IllegalArgumentException(
          "Expected %d image tokens, found %d.".formatted(layout.tokens(), recorded));
    }
    for (int t = 0; t < image.length; t++) {
      requireLength(image[t], rows * recorded);
      requireLength(rest[t], rows * SUMS);
    }
    if (vision != null) {
      for (float[] row : vision) {
        requireLength(row, vision[0].length);
      }
    }
  }

  private static void requireLength(float[] values, int length) {
    if (values.length != length) {
      throw new IllegalArgumentException(
          "Expected %d values, found %d.".formatted(length, values.length));
    }
  }

  /** These tokens and, behind them, more of the same answer; rows are not copied. */
  public HeadAttention with(HeadAttention more) {
    return new HeadAttention(
        layers,
        heads,
        averaged,
        Rows.joined(image, more.image),
        Rows.joined(rest, more.rest),
        vision,
        layout);
  }

  /** T, the number of tokens. */
  public int size() {
    return image.length;
  }

  /** H, the number of rows per layer: 1 if the heads were averaged. */
  public int rowsPerLayer() {
    return averaged ? 1 : heads.size();
  }

  /** R, the number of recorded tokens: image tokens and markers. */
  public int recorded() {
    return image[0].length / (layers.size() * rowsPerLayer());
  }

  /**
   * Where the R values of a head start in {@code image[t]}.
   *
   * @param layer counted from the first kept one
   * @param head counted from the first kept one; 0 if the heads were averaged
   */
  public int offset(int layer, int head) {
    return (layer * rowsPerLayer() + head) * recorded();
  }

  /**
   * What a head looked at beside the picture.
   *
   * @param sum {@link #FIRST}, {@link #TEXT} or {@link #ANSWER}
   */
  public float rest(int token, int sum, int layer, int head) {
    return rest[token][(sum * layers.size() + layer) * rowsPerLayer() + head];
  }
}
