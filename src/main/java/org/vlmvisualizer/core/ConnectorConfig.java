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
  record PixelShuffle(int factor) implements ConnectorConfig {}
}
