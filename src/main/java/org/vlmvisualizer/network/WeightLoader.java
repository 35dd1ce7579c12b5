package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.vlmvisualizer.checkpoint.LowRank;
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

  private final Torch torch;
  private final Weights weights;
  private final Precision precision;
  private final PtNDArray device;
  private final PtNDArray none;

  /** An array may lie on its buffer without a copy, so rows, B and A each widen into their own. */
  private final Widener forRows = new Widener();

  private final Widener forB = new Widener();
  private final Widener forA = new Widener();

  WeightLoader(Torch torch, Weights weights, Precision precision) {
    this.torch = torch;
    this.weights = weights;
    this.precision = precision;
    this.device = torch.create(torch.manager(), FloatBuffer.allocate(1), DataType.FLOAT32, 1);
    this.none = empty(0);
  }

  /** A weight as it is stored. */
  PtNDArray load(String name) {
    PtNDArray target = empty(weights.get(name).shape());
    fill(target, 0, name);
    return target;
  }

  /**
   * Weights of equal row size, one below the other; an array without elements if there are none.
   */
  PtNDArray stack(String suffix, String... names) {
    if (!weights.has(names[0] + suffix)) {
      return none;
    }
    long rows = 0;
    for (String name : names) {
      rows += weights.get(name + suffix).rows();
    }
    long[] shape = weights.get(names[0] + suffix).shape().clone();
    shape[0] = rows;
    PtNDArray target = empty(shape);
    long start = 0;
    for (String name : names) {
      fill(target, start, name + suffix);
      start += weights.get(name + suffix).rows();
    }
    return target;
  }

  private PtNDArray empty(long... shape) {
    return torch.tensor(torch.manager(), "empty", shape, precision.scalarType(), device);
  }

  /** Copies a weight to rows of the target, an adapter's change added on the way. */
  private void fill(PtNDArray target, long start, String name) {
    StoredTensor tensor = weights.get(name);
    LowRank change = weights.change(name);
    long rowBytes = Math.max(1, tensor.rowSize() * tensor.dtype().bytes());
    long step = Math.max(1, CHUNK_BYTES / rowBytes);
    for (long row = 0; row < tensor.rows(); row += step) {
      long count = Math.min(step, tensor.rows() - row);
      try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
        PtNDArray rows = chunk(scope, tensor, row, count, forRows);
        if (change == null) {
          torch.tensor(scope, "fill", target, start + row, rows);
        } else {
          PtNDArray b = chunk(scope, change.b(), row, count, forB);
          PtNDArray a = chunk(scope, change.a(), 0, change.a().rows(), forA);
          torch.tensor(scope, "fill_changed", target, start + row, rows, b, a, change.scale());
        }
      }
    }
  }

  private PtNDArray chunk(
      PtNDManager scope, StoredTensor tensor, long row, long count, Widener widener) {
    long[] shape = tensor.shape().clone();
    shape[0] = count;
    ByteBuffer bytes = tensor.map(row, count);
    return switch (tensor.dtype()) {
      case F32 -> torch.create(scope, bytes, DataType.FLOAT32, shape);
      case F16 -> torch.create(scope, bytes, DataType.FLOAT16, shape);
      // DJL has no bfloat16; its upper half makes it a float32 of the same value.
      case BF16 -> torch.create(scope, widener.widen(bytes), DataType.FLOAT32, shape);
      default -> throw new IllegalArgumentException("No weight: " + tensor);
    };
  }

  /** Makes float32 of bfloat16, in one buffer that grows as needed. */
  private static final class Widener {
    private ByteBuffer wide = ByteBuffer.allocateDirect(0);

    ByteBuffer widen(ByteBuffer bfloat16) {
      int count = bfloat16.remaining() / DType.BF16.bytes();
      int bytes = DType.F32.bytes() * count;
      if (wide.capacity() < bytes) {
        wide = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      }
      for (int i = 0; i < count; i++) {
        wide.putInt(DType.F32.bytes() * i, bfloat16.getShort(DType.BF16.bytes() * i) << 16);
      }
      return wide.slice(0, bytes).order(ByteOrder.nativeOrder());
    }
  }
}
