package org.vlmvisualizer.core;

import java.util.List;

/**
 * Sizes of a LLaMA-like decoder, named as in transformers' LlamaConfig.
 *
 * @param maxPositionEmbeddings the longest sequence that is run
 * @param qkvBias whether the projections to queries, keys and values have biases
 * @param outputBias whether the attention's output projection has one
 * @param qkNorm whether each head's queries and keys are RMS-normed before they are rotated
 * @param slidingWindow how far a token looks back; up to it, sliding attention is plain attention
 * @param style of its arithmetic
 * @param sight which keys a token sees
 * @param fused whether queries, keys and values, and gate and up, are stored as one matrix each
 */
public record DecoderConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int vocabSize,
    int maxPositionEmbeddings,
    double rmsNormEps,
    RopeConfig rope,
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    boolean qkNorm,
    boolean tieWordEmbeddings,
    int slidingWindow,
    Style style,
    Sight sight,
    boolean fused) {

  /** The activation of LLaMA's gate. */
  public static final String SILU = "silu";

  /** That of Gemma's. */
  public static final String TANH_GELU = "gelu_pytorch_tanh";

  /**
   * What decoders do alike, but not in the same way.
   *
   * @param act of the MLP's gate, {@link #SILU} or {@link #TANH_GELU}
   * @param embeddingScale what embeddings of text are multiplied with; features of pictures are not
   * @param queryScale what normed queries are multiplied with
   * @param normOffset what is added to the weights of RMS norms
   * @param normsOutputs whether what attention and MLP give is RMS-normed before it is added
   */
  public record Style(
      String act,
      double embeddingScale,
      double queryScale,
      double normOffset,
      boolean normsOutputs) {
    /** LLaMA's. */
    public static final Style PLAIN = new Style(SILU, 1, 1, 0, false);
  }

  /**
   * Which keys a token sees, if not simply all up to its own.
   *
   * @param bothWays whether image tokens in a row see each other, also those behind them
   * @param sliding [L] which layers see the last {@code window} tokens alone, but for those that
   *     {@code bothWays} adds; empty for none
   * @param window the token itself included
   * @param slidingRope by which these layers rotate; null where there are none
   */
  public record Sight(boolean bothWays, List<Boolean> sliding, int window, RopeConfig slidingRope) {
    /** All up to its own. */
    public static final Sight BACKWARDS = new Sight(false, List.of(), Integer.MAX_VALUE, null);

    public Sight {
      sliding = List.copyOf(sliding);
    }

    /** Whether a layer sees the last tokens alone. */
    public boolean slides(int layer) {
      return !sliding.isEmpty() && sliding.get(layer);
    }
  }

  /** One that differs from LLaMA in sizes and switches alone. */
  public DecoderConfig(
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int numKeyValueHeads,
      int headDim,
      int vocabSize,
      int maxPositionEmbeddings,
      double rmsNormEps,
      RopeConfig rope,
      boolean qkvBias,
      boolean outputBias,
      boolean mlpBias,
      boolean qkNorm,
      boolean tieWordEmbeddings,
      int slidingWindow) {
    this(
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        vocabSize,
        maxPositionEmbeddings,
        rmsNormEps,
        rope,
        qkvBias,
        outputBias,
        mlpBias,
        qkNorm,
        tieWordEmbeddings,
        slidingWindow,
        Style.PLAIN,
        Sight.BACKWARDS,
        false);
  }

  /** The same with other rotary embeddings. */
  public DecoderConfig with(RopeConfig other) {
    return with(other, fused);
  }

  /** The same with other rotary embeddings, and matrices that are fused or not. */
  public DecoderConfig with(RopeConfig other, boolean otherFused) {
    return new DecoderConfig(
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        vocabSize,
        maxPositionEmbeddings,
        rmsNormEps,
        other,
        qkvBias,
        outputBias,
        mlpBias,
        qkNorm,
        tieWordEmbeddings,
        slidingWindow,
        style,
        sight,
        otherFused);
  }
}
