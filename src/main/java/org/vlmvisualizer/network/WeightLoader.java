package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.checkpoint.Weights;

/**
 * Brings weights from their files to the device in the wanted precision, a few megabytes at a time,
 * so that nothing is ever held twice. Matrices that are applied to the same input are laid one
 * below the other and multiplied at once.
 */
final class WeightLoader {
  private static final long CHUNK_BYTES = 16 << 20;

  /** Rows that PyTorch's int4 kernel packs together; packs of whole blocks can be joined. */
  private static final int BLOCK_ROWS = 64;

  /** Rows must be multiples of this for PyTorch's integer kernels. */
  private static final int QUANTISED_ROWS = 16;

  /** The smallest group of columns that the int4 kernel takes. */
  private static final int SMALLEST_GROUP = 32;

  private static final int UINT8 = 0;
  private static final int INT8 = 1;

  private final Torch torch;
  private final Weights weights;
  private final Precision precision;
  private final int group;
  private final PtNDArray device;
  private final PtNDArray none;
  private ByteBuffer stored = ByteBuffer.allocateDirect(0);
  private ByteBuffer wide = ByteBuffer.allocateDirect(0);

  /** A matrix with what belongs to it; scales and bias have no elements if there are none. */
  record Projection(PtNDArray weight, PtNDArray scales, PtNDArray bias) {}

  /**
   * @param group columns that share a scale in int4; matrices that it does not divide take 32
   */
  WeightLoader(Torch torch, Weights weights, Precision precision, int group) {
    this.torch = torch;
    this.weights = weights;
    this.precision = precision;
    this.group = group;
    this.device = torch.create(torch.manager(), FloatBuffer.allocate(1), DataType.FLOAT32, 1);
    this.none = empty(Precision.FLOAT32.scalarType(), 0);
  }

  /** A weight as it is, its matrices not quantised. */
  PtNDArray load(String name) {
    return stack(List.of(weights.get(name)));
  }

  /**
   * Weights of equal row size, one below the other; an array without elements if there are none.
   */
  PtNDArray stack(String suffix, String... names) {
    return weights.has(names[0] + suffix) ? stack(parts(suffix, names)) : none;
  }

  /** A matrix of the decoder, quantised where the precision says so and the kernels allow it. */
  Projection projection(String... names) {
    List<StoredTensor> parts = parts(".weight", names);
    PtNDArray bias = stack(".bias", names);
    long rows = rows(parts);
    long columns = parts.get(0).rowSize();
    if (!precision.isQuantised() || rows % QUANTISED_ROWS != 0 || columns % SMALLEST_GROUP != 0) {
      return new Projection(stack(parts), none, bias);
    }
    PtNDArray[] quantised = precision == Precision.INT8 ? int8(parts) : int4(parts);
    return new Projection(quantised[0], quantised[1], bias);
  }

  private List<StoredTensor> parts(String suffix, String... names) {
    return Stream.of(names).map(name -> weights.get(name + suffix)).toList();
  }

  private static long rows(List<StoredTensor> parts) {
    return parts.stream().mapToLong(StoredTensor::rows).sum();
  }

  private PtNDArray stack(List<StoredTensor> parts) {
    long[] shape = parts.get(0).shape().clone();
    if (shape.length > 0) {
      shape[0] = rows(parts);
    }
    // Norms and biases are small and act on float32.
    Precision type = shape.length < 2 ? Precision.FLOAT32 : precision;
    PtNDArray target = empty(type.scalarType(), shape);
    fill(target, parts, 0, rows(parts));
    return target;
  }

  /** Weights as one argument, which lives as long as the module. */
  IValue list(PtNDArray... arrays) {
    return torch.keep(IValue.listFrom(arrays));
  }

  private PtNDArray[] int8(List<StoredTensor> parts) {
    long rows = rows(parts);
    PtNDArray weight = empty(INT8, rows, parts.get(0).rowSize());
    PtNDArray scales = empty(precision.scalarType(), rows);
    quantise(
        parts,
        (scope, start, chunk) -> {
          PtNDArray[] q = torch.tensors(scope, "quantise_int8", chunk);
          torch.tensor(scope, "fill", weight, start, q[0]);
          torch.tensor(scope, "fill", scales, start, q[1]);
        });
    return new PtNDArray[] {weight, scales};
  }

  private PtNDArray[] int4(List<StoredTensor> parts) {
    long rows = rows(parts);
    long columns = parts.get(0).rowSize();
    int group = columns % this.group == 0 ? this.group : SMALLEST_GROUP;
    PtNDArray weight = empty(UINT8, rows, columns / 2);
    PtNDArray scales = empty(precision.scalarType(), columns / group, rows, 2);
    quantise(
        parts,
        (scope, start, chunk) -> {
          PtNDArray[] q = torch.tensors(scope, "quantise_int4", chunk, group);
          torch.tensor(scope, "fill", weight, start, q[0]);
          torch.tensor(scope, "fill_columns", scales, start, q[1]);
        });
    return new PtNDArray[] {weight, scales};
  }

  @FunctionalInterface
  private interface ChunkConsumer {
    void accept(PtNDManager scope, long startRow, PtNDArray chunk);
  }

  /** Hands the stacked matrix over in float32, in whole blocks of rows. */
  private void quantise(List<StoredTensor> parts, ChunkConsumer consumer) {
    long rows = rows(parts);
    long columns = parts.get(0).rowSize();
    long blocks = Math.max(1, CHUNK_BYTES / (DType.F32.bytes() * columns * BLOCK_ROWS));
    long step = blocks * BLOCK_ROWS;
    for (long start = 0; start < rows; start += step) {
      long count = Math.min(step, rows - start);
      try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
        PtNDArray chunk =
            torch.tensor(
                scope,
                "empty",
                new long[] {count, columns},
                Precision.FLOAT32.scalarType(),
                device);
        fill(chunk, parts, start, count);
        consumer.accept(scope, start, chunk);
      }
    }
  }

  private PtNDArray empty(int type, long... shape) {
    return torch.tensor(torch.manager(), "empty", shape, type, device);
  }

  /** Copies {@code count} rows of the stacked parts, from {@code start} on, into the target. */
  private void fill(PtNDArray target, List<StoredTensor> parts, long start, long count) {
    long partStart = 0;
    for (StoredTensor part : parts) {
      long from = Math.max(start, partStart);
      long to = Math.min(start + count, partStart + part.rows());
      long rowBytes = Math.max(1, part.rowSize() * part.dtype().bytes());
      long step = Math.max(1, CHUNK_BYTES / rowBytes);
      for (long row = from; row < to; row += step) {
        long n = Math.min(step, to - row);
        try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
          PtNDArray chunk = chunk(scope, part, row - partStart, n);
          torch.tensor(scope, "fill", target, row - start, chunk);
        }
      }
      partStart += part.rows();
    }
  }

  private PtNDArray chunk(PtNDManager scope, StoredTensor tensor, long row, long count) {
    long[] shape = tensor.shape().clone();
    shape[0] = count;
    int elements = Math.toIntExact(count * tensor.rowSize());
    stored = room(stored, elements * tensor.dtype().bytes());
    tensor.read(row, count, stored);
    stored.flip();
    return switch (tensor.dtype()) {
      case F32 -> torch.create(scope, stored, DataType.FLOAT32, shape);
      case F16 -> torch.create(scope, stored, DataType.FLOAT16, shape);
      case BF16 -> torch.create(scope, widened(elements), DataType.FLOAT32, shape);
    };
  }

  /** DJL has no bfloat16; its upper half makes it a float32 of the same value. */
  private ByteBuffer widened(int elements) {
    wide = room(wide, elements * DType.F32.bytes());
    for (int i = 0; i < elements; i++) {
      wide.putInt(stored.getShort(DType.BF16.bytes() * i) << 16);
    }
    return wide.flip();
  }

  /** An empty buffer of native memory, the same again where it is large enough. */
  private static ByteBuffer room(ByteBuffer buffer, int bytes) {
    return buffer.capacity() >= bytes
        ? buffer.clear()
        : ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
