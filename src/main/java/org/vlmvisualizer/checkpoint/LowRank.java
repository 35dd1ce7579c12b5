package org.vlmvisualizer.checkpoint;

/**
 * A low-rank change of a weight: W + scale · B · A.
 *
 * @param a [r, in]
 * @param b [out, r]
 * @param scale alpha / r, or alpha / √r for rank-stabilised adapters
 */
public record LowRank(StoredTensor a, StoredTensor b, double scale) {}
