package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;

/**
 * Reads rows of a stored tensor as an array, through buffers that are used again. An array lies on
 * the buffer without a copy, so it is good until the next one is read; two arrays that are needed
 * together take two readers.
 */
final class RowReader {
  private final Torch torch;
  private ByteBuffer stored = ByteBuffer.allocateDirect(0);
  private ByteBuffer wide = ByteBuffer.allocateDirect(0);
  private short[] halves = new short[0];
  private int[] floats = new int[0];

  RowReader(Torch torch) {
    this.torch = torch;
  }

  /** Rows in the type that they are stored in; bfloat16 as float32. */
  PtNDArray read(PtNDManager scope, StoredTensor tensor, long row, long count) {
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
      case I8 -> torch.create(scope, stored, DataType.INT8, shape);
      case U8 -> torch.create(scope, stored, DataType.UINT8, shape);
      default -> throw new IllegalArgumentException("No weight: " + tensor);
    };
  }

  /**
   * DJL has no bfloat16; its upper half makes it a float32 of the same value. Done in arrays, where
   * Java takes many at once: through the buffers it was the slowest part of loading.
   */
  private ByteBuffer widened(int elements) {
    if (halves.length < elements) {
      halves = new short[elements];
      floats = new int[elements];
    }
    stored.asShortBuffer().get(halves, 0, elements);
    for (int i = 0; i < elements; i++) {
      floats[i] = halves[i] << 16;
    }
    wide = room(wide, elements * DType.F32.bytes());
    wide.asIntBuffer().put(floats, 0, elements);
    return wide.limit(elements * DType.F32.bytes());
  }

  /** An empty buffer of native memory, the same again where it is large enough. */
  private static ByteBuffer room(ByteBuffer buffer, int bytes) {
    return buffer.capacity() >= bytes
        ? buffer.clear()
        : ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
