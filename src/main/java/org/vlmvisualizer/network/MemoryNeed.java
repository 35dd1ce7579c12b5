package org.vlmvisualizer.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelSize;
import org.vlmvisualizer.engine.Precision;

/** How much memory a model takes while it runs, told before it is loaded. */
public final class MemoryNeed {
  /** PyTorch itself, Java, and buffers that loading goes through. */
  private static final long BASE_BYTES = 500_000_000;

  /** Tokens of question, template and answer that are allowed for beside those of one picture. */
  private static final long TEXT_TOKENS = 448;

  /** Rows that an MLP takes at a time, at most: {@code finish} in decoder.py. */
  private static final long MLP_ROWS = 2048;

  private MemoryNeed() {}

  /**
   * Bytes at the peak, of a model that is not there yet, or not looked into; of float32, where no
   * weight can be held in 16 bits. The same to a hundredth as from the weights themselves.
   */
  public static long bytes(ModelSize size, Precision precision) {
    double bytes = BASE_BYTES + usualRunBytes(size, precision);
    bytes += size.decoder() * bytesPerElement(true, precision, false);
    bytes += size.rest() * bytesPerElement(false, precision, false);
    return (long) bytes;
  }

  /**
   * Bytes at the peak on a CPU, of each precision that could be taken there, the best first; of
   * float32, where no weight can be held in 16 bits.
   *
   * @param wanted the only one, or AUTO
   * @throws org.vlmvisualizer.core.InputException if the CPU cannot do it
   */
  public static Map<Precision, Long> ofPrecisions(
      ModelConfig config, Weights weights, long imageTokens, Precision wanted) {
    Map<Precision, Long> needs = new LinkedHashMap<>();
    for (Precision precision : PrecisionChoice.onCpu(wanted, weights)) {
      needs.put(precision, bytes(config, weights, imageTokens, precision, false));
    }
    return needs;
  }

  /**
   * Bytes at the peak.
   *
   * @param imageTokens what one picture makes in a prompt at most
   * @param halves whether float32 can hold 16-bit weights as they are
   */
  static long bytes(
      ModelConfig config, Weights weights, long imageTokens, Precision precision, boolean halves) {
    double run = BASE_BYTES + usualRunBytes(size(config.decoder(), imageTokens), precision);
    return (long) (run + weightBytes(config, weights, precision, halves));
  }

  /** Bytes of the loaded weights alone. */
  static double weightBytes(
      ModelConfig config, Weights weights, Precision precision, boolean halves) {
    double bytes = 0;
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
    return bytes;
  }

  private static double bytesPerElement(
      String name, StoredTensor tensor, Precision precision, boolean halves) {
    if (tensor.shape().length < 2) {
      return Float.BYTES;
    }
    boolean decoder = name.startsWith("language_model.layers.") || name.equals("lm_head.weight");
    return bytesPerElement(decoder, precision, halves && tensor.dtype().bytes() == Short.BYTES);
  }

  /** Of a matrix, by whether it is one of the decoder's. */
  private static double bytesPerElement(boolean decoder, Precision precision, boolean half) {
    if (decoder && precision == Precision.INT8) {
      return 1;
    } else if (decoder && precision.isInt4()) {
      return 0.5 + 4.0 / precision.group();
    } else if (decoder && half) {
      return Short.BYTES;
    }
    return precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
  }

  private static ModelSize size(DecoderConfig c, long imageTokens) {
    int keyValueSize = c.numKeyValueHeads() * c.headDim();
    return new ModelSize(
        0,
        0,
        0,
        imageTokens,
        c.maxPositionEmbeddings(),
        c.numHiddenLayers(),
        keyValueSize,
        c.hiddenSize(),
        c.intermediateSize());
  }

  /** With the whole-sequence matrix as far as it is recorded unasked. */
  private static long usualRunBytes(ModelSize size, Precision precision) {
    long tokens = Math.min(size.imageTokens() + TEXT_TOKENS, size.maxPositionEmbeddings());
    return runBytes(size, tokens, precision) + matrixBytes(Math.min(tokens, MatrixChoice.LONGEST));
  }

  /** Key/value caches, and what one layer holds at a time, for so many tokens. */
  static long runBytes(DecoderConfig decoder, long tokens, Precision precision) {
    return runBytes(size(decoder, 0), tokens, precision);
  }

  private static long runBytes(ModelSize size, long tokens, Precision precision) {
    long cached = 2L * size.numHiddenLayers() * size.keyValueSize() * tokens;
    long mlp = 4L * size.intermediateSize() * Math.min(tokens, MLP_ROWS);
    long layer = 8L * size.hiddenSize() * tokens + mlp;
    return cached * (precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES)
        + layer * Float.BYTES;
  }

  /** The whole-sequence matrix: one layer's beside the sum of all. */
  static long matrixBytes(long tokens) {
    return 2 * tokens * tokens * Float.BYTES;
  }
}
