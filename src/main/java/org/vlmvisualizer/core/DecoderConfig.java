package org.vlmvisualizer.core;

/**
 * Sizes of a LLaMA-like decoder, named as in transformers' LlamaConfig.
 *
 * @param maxPositionEmbeddings the longest sequence that is run
 * @param qkvBias whether the projections to queries, keys and values have biases
 * @param outputBias whether the attention's output projection has one
 * @param qkNorm whether each head's queries and keys are RMS-normed before they are rotated
 * @param slidingWindow how far a token looks back; up to it, sliding attention is plain attention
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
    int slidingWindow) {

  /** The same with other rotary embeddings. */
  public DecoderConfig with(RopeConfig other) {
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
        slidingWindow);
  }
}
