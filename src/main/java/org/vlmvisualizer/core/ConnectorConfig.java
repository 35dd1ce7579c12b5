package org.vlmvisualizer.core;

/** How features of patches become features of image tokens, by the {@link Spread} of a question. */
public sealed interface ConnectorConfig {
  /**
   * LLaVA's projector: linear layers of the decoder's size with an activation between each two.
   *
   * @param layers 0 hands the features on as they are
   * @param act the activation
   * @param bias whether the layers have biases
   * @param poolsFirst whether tokens that are made of several patches are made before the layers,
   *     as LLaVA-NeXT-Video does, or behind them
   */
  record Mlp(int layers, String act, boolean bias, boolean poolsFirst) implements ConnectorConfig {}

  /**
   * The pixel shuffle of Idefics3: a token's patches joined in their order, then one matrix without
   * a bias.
   *
   * @param factor a token is made of factor × factor patches
   */
  record PixelShuffle(int factor) implements ConnectorConfig {
    /** Patches of a token. */
    public int patches() {
      return factor * factor;
    }
  }

  /**
   * InternVL's projector: a token's patches joined in their order, a norm, then two linear layers
   * with an activation between.
   *
   * @param factor a token is made of factor × factor patches
   */
  record ShuffledMlp(int factor, String act) implements ConnectorConfig {
    /** Of the norm, whose eps no setting names: PyTorch's default. */
    public static final double EPS = 1e-5;

    /** Patches of a token. */
    public int patches() {
      return factor * factor;
    }
  }

  /**
   * Gemma 3's projector: the mean of a token's patches, an RMS norm whose weight is 1 + w, one
   * matrix without a bias, which is stored [in, out].
   *
   * @param factor a token is made of factor × factor patches
   */
  record PooledNorm(int factor) implements ConnectorConfig {}

  /**
   * The resampler of the first Qwen-VL: learned queries attend to all patches of a picture, and a
   * norm and a matrix make image tokens of what they find.
   *
   * @param queries image tokens of a picture, a square
   * @param heads of their attention
   */
  record Resampler(int queries, int heads) implements ConnectorConfig {
    /** Of the norms, the tower's too, which no setting names. */
    public static final double EPS = 1e-6;

    /** Queries in a row of the square that their positions are those of. */
    public int side() {
      return (int) Math.sqrt(queries);
    }
  }

  /**
   * Phi-3-V's projector: a token's patches joined in their order, then two linear layers with a
   * GELU between. Tokens without patches are learned features of the same width, which go through
   * the layers too: {@code sub_GN} ends a row of tokens, and behind such a one {@code glb_GN}
   * stands between tiles and overview.
   *
   * @param factor a token is made of factor × factor patches
   */
  record SeparatedMlp(int factor) implements ConnectorConfig {
    /** Patches of a token. */
    public int patches() {
      return factor * factor;
    }
  }

  /**
   * Qwen's merger: a token's patches, which the tower has one after another, joined in their order,
   * then two linear layers with an activation between. Each tap of the tower has one of its own,
   * with a norm behind the join, whose features are added behind one of the decoder's first layers
   * (DeepStack; Meng et al., NeurIPS 2024, arXiv 2406.04334).
   *
   * @param patches of a token
   * @param taps how many
   */
  record Merger(int patches, int taps) implements ConnectorConfig {}
}
