package org.vlmvisualizer.core;

/** Sizes of a LLaMA-like decoder, named as in transformers' LlamaConfig. */
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
    double ropeTheta,
    boolean attentionBias,
    boolean mlpBias,
    boolean tieWordEmbeddings) {}
