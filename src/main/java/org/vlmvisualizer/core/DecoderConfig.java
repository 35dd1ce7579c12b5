package org.vlmvisualizer.core;

/**
 * Sizes of a LLaMA-like decoder, named as in transformers' LlamaConfig and MistralConfig.
 *
 * @param maxPositionEmbeddings the longest sequence that is run
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
    boolean attentionBias,
    boolean mlpBias,
    boolean tieWordEmbeddings,
    int slidingWindow) {}
