package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.vlmvisualizer.engine.Precision;

/**
 * Rows by matrices of the decoder: a few by the row kernel, many by PyTorch, for which the kernel
 * widens int8 and int4, some 16 MB at a time: room for a whole matrix would come anew from the
 * system each time.
 *
 * <p>PyTorch's way rounds rows, and widened weights, to bfloat16 where that is fast. A prompt's
 * pieces are the same whether the one before is reused or not, so that each takes the same way.
 */
final class Products {
  /** So many rows take the kernel, which multiplies in float32, about as long as PyTorch. */
  private static final long FEW_ROWS = 64;

  private static final long FEW_ROWS_TO_WIDEN = 24;

  private static final long FEW_ROWS_IN_BFLOAT16 = 12;

  private static final long WIDENED_WEIGHTS = 8 << 20;

  private final Torch torch;
  private final PtNDManager owner;
  private final int halfBlock;
  private PtNDArray room;

  /**
   * @param owner of the room for widened weights, which is used again
   * @param halfBlock see weights.py
   */
  Products(Torch torch, PtNDManager owner, int halfBlock) {
    this.torch = torch;
    this.owner = owner;
    this.halfBlock = halfBlock;
  }

  /** x [M, K] by a matrix [N, K] -> [M, N]. */
  PtNDArray of(PtNDManager scope, PtNDArray x, Matrix matrix) {
    if (matrix.product() == null) {
      return byPyTorch(scope, x, matrix);
    } else if (x.getShape().get(0) <= few(matrix)) {
      return byRows(scope, x, matrix);
    }
    return matrix.isQuantised() ? widened(scope, x, matrix) : byPyTorch(scope, x, matrix);
  }

  private long few(Matrix matrix) {
    if (torch.packs() && matrix.isQuantised()) {
      return FEW_ROWS_TO_WIDEN;
    }
    if (matrix.isBfloat16()) {
      return FEW_ROWS_IN_BFLOAT16;
    }
    return torch.rowKernel().outrunsMkl() ? Long.MAX_VALUE : FEW_ROWS;
  }

  private PtNDArray byPyTorch(PtNDManager scope, PtNDArray x, Matrix matrix) {
    return torch.tensor(scope, "projected", x, matrix.projection(), halfBlock);
  }

  private PtNDArray byRows(PtNDManager scope, PtNDArray x, Matrix matrix) {
    long rows = x.getShape().get(0);
    PtNDArray y = torch.empty(scope, rows, matrix.product().rows());
    torch.multiply(matrix.product(), rows, x, y);
    return y;
  }

  private PtNDArray widened(PtNDManager scope, PtNDArray x, Matrix matrix) {
    long rows = matrix.product().rows();
    long columns = matrix.product().columns();
    long step = Math.max(64, WIDENED_WEIGHTS / columns / 64 * 64);
    PtNDArray weights = room(Math.min(step, rows) * columns);
    long address = torch.address(weights);
    PtNDArray y = torch.empty(scope, x.getShape().get(0), rows);
    for (long start = 0; start < rows; start += step) {
      long count = Math.min(step, rows - start);
      torch.rowKernel().widen(matrix.product(), start, count, address, !torch.packs());
      torch.run("put_product", y, start, x, weights, count).close();
    }
    torch.run("scale_and_add_bias", y, matrix.projection()).close();
    return y;
  }

  private PtNDArray room(long weights) {
    if (room == null || room.getShape().get(0) < weights) {
      if (room != null) {
        room.close();
      }
      Precision type = torch.packs() ? Precision.BFLOAT16 : Precision.FLOAT32;
      PtNDArray like = torch.zeros(owner, 1);
      room = torch.tensor(owner, "empty", new long[] {weights}, type.scalarType(), like);
    }
    return room;
  }
}
