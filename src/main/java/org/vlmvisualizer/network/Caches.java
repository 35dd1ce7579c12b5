package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.engine.RowKernel.Form;
import org.vlmvisualizer.engine.RowKernel.Product;

/** Keys and values of all layers of a decoder, each [KV, room, C]; closed by their owner. */
final class Caches implements AutoCloseable {
  private final Torch torch;
  private final DecoderConfig config;
  private final PtNDArray example;
  private final PtNDManager owner;
  private final List<PtNDArray> keys = new ArrayList<>();
  private final List<PtNDArray> values = new ArrayList<>();
  private final List<IValue> layers = new ArrayList<>();
  private IValue all;
  private int room;

  /**
   * @param example an array of the type that they are kept in
   * @param room tokens at most
   */
  Caches(Torch torch, DecoderConfig config, PtNDArray example, int room) {
    this.torch = torch;
    this.config = config;
    this.example = example;
    this.room = room;
    owner = (PtNDManager) torch.manager().newSubManager();
    try {
      for (int i = 0; i < config.numHiddenLayers(); i++) {
        keys.add(null);
        values.add(null);
        layers.add(null);
        create(i);
      }
      all = IValue.listFrom(layers.toArray(IValue[]::new));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void create(int layer) {
    boolean byRows = torch.rowKernel() != null;
    long[] shape = {config.numKeyValueHeads(), room, config.headDim()};
    // A value's place in all rows, so that attending to values is a matrix by a row as well.
    long[] columns = {config.numKeyValueHeads(), config.headDim(), room};
    PtNDArray k = torch.tensor(owner, "zeros", shape, example);
    PtNDArray v = torch.tensor(owner, "zeros", byRows ? columns : shape, example);
    keys.set(layer, k);
    values.set(layer, v);
    layers.set(layer, torch.run(byRows ? "column_cache" : "cache", k, v));
  }

  IValue layer(int layer) {
    return layers.get(layer);
  }

  /** The layers as one; until the next {@link #resize}. */
  IValue all() {
    return all;
  }

  /** How many tokens there is room for. */
  int room() {
    return room;
  }

  /** How the row kernel calls the type of keys and values. */
  Form form() {
    return example.getDataType() == DataType.FLOAT32 ? Form.FLOAT32 : Form.BFLOAT16;
  }

  /** The keys of each query's head, by so many rows [H, rows, C] -> [H, rows, tokens]. */
  Product keyProduct(int layer, long rows, long tokens) {
    return product(keys.get(layer), tokens, config.headDim(), config.headDim(), rows);
  }

  /** The values of each query's head, by weights [H, rows, tokens] -> [H, rows, C]. */
  Product valueProduct(int layer, long rows, long tokens) {
    return product(values.get(layer), config.headDim(), tokens, room, rows);
  }

  private Product product(PtNDArray matrices, long out, long in, long rowStride, long rows) {
    long heads = config.numAttentionHeads();
    return Product.of(
        form(),
        torch.address(matrices),
        out,
        in,
        rowStride,
        heads,
        heads / config.numKeyValueHeads(),
        (long) config.headDim() * room,
        rows * in,
        rows * out);
  }

  long bytes() {
    int bytes = form() == Form.FLOAT32 ? Float.BYTES : Short.BYTES;
    return 2L * layers.size() * config.numKeyValueHeads() * config.headDim() * room * bytes;
  }

  /**
   * Makes room for as many tokens, a layer at a time: no more than one is held twice.
   *
   * @param kept tokens that stay; behind them are zeros, as in new ones
   */
  void resize(int kept, int tokens) {
    if (tokens == room) {
      layers.forEach(layer -> torch.run("clear_cache", layer, kept).close());
      return;
    }
    room = tokens;
    all.close();
    for (int i = 0; i < layers.size(); i++) {
      try (IValue before = layers.get(i);
          PtNDArray k = keys.get(i);
          PtNDArray v = values.get(i)) {
        create(i);
        torch.run("copy_cache", before, layers.get(i), kept).close();
      }
    }
    all = IValue.listFrom(layers.toArray(IValue[]::new));
  }

  @Override
  public void close() {
    layers.stream().filter(layer -> layer != null).forEach(IValue::close);
    if (all != null) {
      all.close();
    }
    owner.close();
  }
}
