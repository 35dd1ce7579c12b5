package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import org.vlmvisualizer.core.DecoderConfig;

/**
 * Attention of a few rows of a prompt by the row kernel, in float32: PyTorch would first copy all
 * keys and values into a type and an order in which it multiplies them.
 */
final class FewQueries {
  /** With so many, the two ways take about the same time. */
  private static final long MOST = 64;

  private final Torch torch;
  private final DecoderConfig config;
  private final Caches caches;

  FewQueries(Torch torch, DecoderConfig config, Caches caches) {
    this.torch = torch;
    this.config = config;
    this.caches = caches;
  }

  /** Whether so many rows are few, and there is a row kernel. */
  boolean are(long rows) {
    return torch.rowKernel() != null && rows <= MOST;
  }

  /**
   * Attends to the tokens up to the last of these rows.
   *
   * @param q [H, Q, C], whose keys and values are in the caches
   * @param tokens in the caches
   * @param tables of the layer
   * @param rows [L, H, N] of which this layer's, {@code row}, takes the last query's weights, or
   *     nothing
   * @param total [N, N] to which the heads' mean is added, or nothing
   * @return [H, Q, C]
   */
  PtNDArray attend(
      PtNDManager scope,
      int layer,
      PtNDArray q,
      long tokens,
      IValue tables,
      IValue recording,
      PtNDArray rows,
      int row,
      PtNDArray total) {
    int size = config.headDim();
    long heads = config.numAttentionHeads();
    long count = q.getShape().get(1);
    PtNDArray weights = torch.empty(scope, heads, count, tokens);
    torch.multiply(caches.keyProduct(layer, count, tokens), count, q, weights);
    torch.run("few_weights", weights, size, tables, recording, rows, row, total).close();
    PtNDArray attended = torch.empty(scope, heads, count, size);
    torch.multiply(caches.valueProduct(layer, count, tokens), count, weights, attended);
    return attended;
  }
}
