package org.vlmvisualizer.network;

import java.util.Map;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.engine.Precision;

/** How much memory a model takes while it runs, told before it is loaded. */
final class MemoryNeed {
  /** PyTorch itself, Java, and buffers that loading goes through. */
  private static final long BASE_BYTES = 500_000_000;

  /** Tokens of prompt, picture and answer together that the estimate allows for. */
  private static final long TOKENS = 1024;

  private MemoryNeed() {}

  /**
   * Bytes at the peak.
   *
   * @param halves whether float32 can hold 16-bit weights as they are
   */
  static long bytes(ModelConfig config, Weights weights, Precision precision, boolean halves) {
    double bytes = BASE_BYTES + runBytes(config, precision);
    for (Map.Entry<String, StoredTensor> e : weights.tensors().entrySet()) {
      String name = e.getKey();
      if (name.equals("language_model.embed_tokens.weight")) {
        if (!config.decoder().tieWordEmbeddings()) {
          continue; // Read from the file, a row at a time.
        }
        name = "lm_head.weight";
      }
      long elements = e.getValue().rows() * e.getValue().rowSize();
      boolean half = halves && weights.change(e.getKey()) == null;
      bytes += elements * bytesPerElement(name, e.getValue(), precision, half);
    }
    return (long) bytes;
  }

  private static double bytesPerElement(
      String name, StoredTensor tensor, Precision precision, boolean halves) {
    if (tensor.shape().length < 2) {
      return Float.BYTES;
    }
    boolean decoder = name.startsWith("language_model.layers.") || name.equals("lm_head.weight");
    if (decoder && precision == Precision.INT8) {
      return 1;
    } else if (decoder && precision.isInt4()) {
      return 0.5 + 4.0 / precision.group();
    } else if (decoder && halves && tensor.dtype().bytes() == Short.BYTES) {
      return Short.BYTES;
    }
    return precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
  }

  /** Key/value caches, and what one layer holds at a time. */
  private static long runBytes(ModelConfig config, Precision precision) {
    DecoderConfig c = config.decoder();
    long cached = 2L * c.numHiddenLayers() * c.numKeyValueHeads() * c.headDim() * TOKENS;
    long layer = TOKENS * (4L * c.intermediateSize() + 8L * c.hiddenSize()) + 4 * TOKENS * TOKENS;
    return cached * (precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES)
        + layer * Float.BYTES;
  }
}
