package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.engine.RowKernel.Product;

/**
 * One token's way through the decoder, by the row kernel but for the heads' rotation. The arrays
 * between the pieces are made once for a sequence and stay in their place.
 */
final class RowDecoder implements AutoCloseable {
  private final Torch torch;
  private final PtNDManager owner;
  private final DecoderConfig config;
  private final Caches caches;
  private final IndexRange kept;
  private final List<Array> arrays = new ArrayList<>();
  private final List<Product> keys = new ArrayList<>();
  private final List<Product> values = new ArrayList<>();
  private final Array x;
  private final Array h;
  private final Array qkv;
  private final Array q;
  private final Array attended;
  private final Array out;
  private final Array normed;
  private final Array zeros;
  private final Array gateUp;
  private final Array gated;
  private final Array logits;

  /** The attention of each layer that is kept, and last of one that is not, [H, room] each. */
  private final List<Array> weights = new ArrayList<>();

  private final PtNDArray allWeights;

  /** An array in its place. */
  private record Array(IValue value, long address) {}

  /**
   * @param caches which keep their place as long as this is used
   * @param kept the layers whose attention is recorded; an empty range for none
   */
  RowDecoder(Torch torch, PtNDManager owner, DecoderConfig config, Caches caches, IndexRange kept) {
    this.torch = torch;
    this.owner = owner;
    this.config = config;
    this.caches = caches;
    this.kept = kept;
    int heads = config.numAttentionHeads();
    int size = config.headDim();
    x = array(1, config.hiddenSize());
    h = array(1, config.hiddenSize());
    qkv = array(1, (heads + 2L * config.numKeyValueHeads()) * size);
    q = array(heads, 1, size);
    attended = array(1, (long) heads * size);
    out = array(1, config.hiddenSize());
    normed = array(1, config.hiddenSize());
    zeros = array(1, config.hiddenSize());
    gateUp = array(1, 2L * config.intermediateSize());
    gated = array(1, config.intermediateSize());
    logits = array(1, config.vocabSize());
    allWeights = torch.zeros(owner, kept.size() + 1L, heads, caches.room());
    for (int i = 0; i <= kept.size(); i++) {
      weights.add(array(torch.tensor(owner, "at", allWeights, i)));
    }
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      keys.add(caches.keyProduct(i, 1, caches.room()));
      values.add(caches.valueProduct(i, 1, caches.room()));
    }
  }

  private Array array(long... shape) {
    return array(torch.zeros(owner, shape));
  }

  private Array array(PtNDArray tensor) {
    Array array = new Array(IValue.from(tensor), torch.address(tensor));
    arrays.add(array);
    return array;
  }

  /**
   * Runs a token through all layers.
   *
   * @param embedding [1, D]
   * @param place of the token in the sequence
   * @return its id, probability and logits, as {@code best} in decoder.py gives them
   */
  PtNDArray[] run(
      PtNDArray embedding,
      List<Decoder.Layer> layers,
      LayerTables tables,
      int place,
      PtNDArray norm,
      Matrix lmHead,
      IValue options) {
    torch.run("row_begin", x.value, out.value, embedding).close();
    Array last = out;
    for (int i = 0; i < layers.size(); i++) {
      Decoder.Layer layer = layers.get(i);
      norm(x, last, layer.inputNorm(), h);
      multiply(layer.qkv(), h, qkv);
      torch
          .run(
              "row_rotated",
              qkv.value,
              layer.qkNorm(),
              tables.of(i),
              caches.layer(i),
              place,
              options,
              q.value)
          .close();
      attend(i, place + 1, tables.first(i, place));
      multiply(layer.o(), attended, out);
      norm(x, added(layer.attentionNorm()), layer.postNorm(), h);
      multiply(layer.gateUp(), h, gateUp);
      gate(options);
      multiply(layer.down(), gated, out);
      last = added(layer.mlpNorm());
    }
    norm(x, last, norm, h);
    multiply(lmHead, h, logits);
    return torch.tensors(owner, "best", logits.value);
  }

  /** Adds y to x, and norms the sum. */
  private void norm(Array x, Array y, PtNDArray weight, Array to) {
    torch
        .rowKernel()
        .norm(
            x.address,
            y.address,
            torch.address(weight),
            (float) config.rmsNormEps(),
            config.hiddenSize(),
            to.address);
  }

  /** What the last product gave, normed if there is a norm. */
  private Array added(PtNDArray norm) {
    if (norm.isEmpty()) {
      return out;
    }
    norm(out, zeros, norm, normed);
    return normed;
  }

  private void gate(IValue options) {
    if (config.style().act().equals(DecoderConfig.SILU)) {
      torch.rowKernel().gate(gateUp.address, config.intermediateSize(), gated.address);
    } else {
      torch.run("row_gated", gateUp.value, options, gated.value).close();
    }
  }

  private void multiply(Matrix matrix, Array from, Array to) {
    torch.rowKernel().multiply(matrix.product(), 1, from.address, to.address);
  }

  /** Attends to n tokens but for the first ones, which are not seen. */
  private void attend(int layer, int n, int first) {
    boolean keeps = layer >= kept.first() && layer <= kept.last();
    Array row = weights.get(keeps ? layer - kept.first() : kept.size());
    torch.rowKernel().multiply(keys.get(layer).withRows(n), 1, q.address, row.address);
    float scale = (float) (1 / Math.sqrt(config.headDim()));
    if (first > 0) {
      torch.run("row_unseen", row.value, first).close();
    }
    long start = row.address + (long) first * Float.BYTES;
    torch.rowKernel().softmax(start, config.numAttentionHeads(), caches.room(), n - first, scale);
    torch.rowKernel().multiply(values.get(layer).withColumns(n), 1, row.address, attended.address);
  }

  /** What the last token's layers kept, as {@code recorded} in decoder.py gives it. */
  List<PtNDArray> recorded(int n, IValue recording) {
    return kept.size() > 0
        ? List.of(torch.tensors(owner, "row_recorded", allWeights, kept.size(), n, recording))
        : List.of();
  }

  @Override
  public void close() {
    arrays.forEach(array -> array.value.close());
  }
}
