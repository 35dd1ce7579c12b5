package org.vlmvisualizer.core;

/**
 * How large a model is, as far as its memory depends on it: known before any of its files is there.
 * Matrices count alone; norms and biases are less than a thousandth.
 *
 * @param decoder elements of the matrices of the decoder's layers and of the logits
 * @param rest elements of the matrices of the vision tower and of what joins it to the decoder
 * @param embeddings elements of the table of embeddings, 0 where the logits' matrix is the same
 * @param imageTokens what one picture makes in a prompt at most
 * @param maxPositionEmbeddings the longest sequence that is run
 * @param keyValueSize numbers that a layer keeps of a token as its key, and again as its value
 */
public record ModelSize(
    long decoder,
    long rest,
    long embeddings,
    long imageTokens,
    int maxPositionEmbeddings,
    int numHiddenLayers,
    int keyValueSize,
    int hiddenSize,
    int intermediateSize) {

  /** All parameters. */
  public long parameters() {
    return decoder + rest + embeddings;
  }
}
