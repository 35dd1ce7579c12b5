package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.stream.LongStream;
import org.vlmvisualizer.checkpoint.LowRank;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.engine.NativeHeap;

/** Copies rows of stored weights into arrays on the device, a few megabytes at a time. */
final class RowCopier {
  static final long CHUNK_BYTES = 2 << 20;

  private final Torch torch;
  private final RowReader rows;
  private final RowReader rowsOfB;
  private final RowReader rowsOfA;

  /** A stored weight and what an adapter adds to it, or null. */
  record Part(StoredTensor tensor, LowRank change) {
    long rows() {
      return tensor.rows();
    }

    /** The type of all its values, or null where an adapter changes them. */
    DType type() {
      return change == null ? tensor.dtype() : null;
    }
  }

  RowCopier(Torch torch) {
    this.torch = torch;
    this.rows = new RowReader(torch);
    this.rowsOfB = new RowReader(torch);
    this.rowsOfA = new RowReader(torch);
  }

  /**
   * Reads whole parts, one below the other, from their files into a target on the CPU that has
   * their type; on all cores, since one alone does not copy as fast as memory takes it.
   */
  void read(PtNDArray target, List<Part> parts) {
    long address = torch.address(target);
    for (Part part : parts) {
      StoredTensor tensor = part.tensor();
      long rowBytes = Math.max(1, tensor.rowSize() * tensor.dtype().bytes());
      long step = Math.max(1, CHUNK_BYTES / rowBytes);
      long start = address;
      LongStream.range(0, (part.rows() + step - 1) / step)
          .map(chunk -> chunk * step)
          .parallel()
          .forEach(
              row -> {
                long count = Math.min(step, part.rows() - row);
                tensor.read(
                    row, count, NativeHeap.buffer(start + row * rowBytes, count * rowBytes));
              });
      address += part.rows() * rowBytes;
    }
  }

  /** Copies {@code count} rows of the stacked parts, from {@code start} on, into the target. */
  void fill(PtNDArray target, List<Part> parts, long start, long count) {
    long partStart = 0;
    for (Part part : parts) {
      long from = Math.max(start, partStart);
      long to = Math.min(start + count, partStart + part.rows());
      long rowBytes = Math.max(1, part.tensor().rowSize() * part.tensor().dtype().bytes());
      long step = Math.max(1, CHUNK_BYTES / rowBytes);
      for (long row = from; row < to; row += step) {
        long n = Math.min(step, to - row);
        try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
          copy(scope, target, row - start, part, row - partStart, n);
        }
      }
      partStart += part.rows();
    }
  }

  /** Copies rows of a part to rows of the target, an adapter's change added on the way. */
  void copy(PtNDManager scope, PtNDArray target, long at, Part part, long row, long count) {
    PtNDArray chunk = rows.read(scope, part.tensor(), row, count);
    LowRank change = part.change();
    if (change == null) {
      torch.tensor(scope, "fill", target, at, chunk);
      return;
    }
    PtNDArray b = rowsOfB.read(scope, change.b(), row, count);
    PtNDArray a = rowsOfA.read(scope, change.a(), 0, change.a().rows());
    torch.tensor(scope, "fill_changed", target, at, chunk, b, a, change.scale());
  }
}
