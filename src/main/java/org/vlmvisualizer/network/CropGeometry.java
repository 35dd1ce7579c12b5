package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.core.VisionConfig.Blocks;

/**
 * What a tower's layers need to know of a crop's size: the angles by which its patches are rotated,
 * and the windows within which they attend. Nothing of both for towers that see squares.
 *
 * <p>Source: rot_pos_emb and get_window_index in modeling_qwen2_5_vl.py of transformers 4.57.6.
 *
 * @param tables of patches, in the order of windows
 * @param order which block comes at each place, in the order of windows; null if they stay
 * @param windows behind the last patch of each window; empty if there are none
 */
record CropGeometry(Torch torch, VisionConfig config, IValue tables, int[] order, long[] windows)
    implements AutoCloseable {
  private static final RopeConfig ROPE = new RopeConfig(10000, new RopeConfig.Plain());

  /**
   * @param owner is closed behind what is made
   */
  static CropGeometry of(Torch torch, PtNDManager owner, VisionConfig config, Crop crop) {
    Blocks blocks = config.blocks();
    if (blocks == null) {
      PtNDArray none = torch.zeros(owner, 0);
      return new CropGeometry(torch, config, torch.run("rotary", none, none), null, new long[0]);
    }
    int cell = config.patchSize() * blocks.mergeSize();
    int columns = crop.width() / cell;
    int rows = crop.height() / cell;
    int window = blocks.window() == 0 ? Math.max(columns, rows) : blocks.window();
    int[] order = order(columns, rows, window);
    IValue tables = tables(torch, owner, config, columns, order);
    boolean windowed = blocks.window() > 0;
    return new CropGeometry(
        torch,
        config,
        tables,
        windowed ? order : null,
        windowed ? ends(columns, rows, window, blocks.patches()) : new long[0]);
  }

  /** The blocks of a crop, window by window, row by row within each. */
  static int[] order(int columns, int rows, int window) {
    IntStream.Builder order = IntStream.builder();
    for (int top = 0; top < rows; top += window) {
      for (int left = 0; left < columns; left += window) {
        for (int row = top; row < Math.min(top + window, rows); row++) {
          for (int column = left; column < Math.min(left + window, columns); column++) {
            order.add(row * columns + column);
          }
        }
      }
    }
    return order.build().toArray();
  }

  /** Behind the last patch of each window; those at the right and at the bottom may be smaller. */
  static long[] ends(int columns, int rows, int window, int patches) {
    LongStream.Builder ends = LongStream.builder();
    long end = 0;
    for (int top = 0; top < rows; top += window) {
      for (int left = 0; left < columns; left += window) {
        int height = Math.min(window, rows - top);
        int width = Math.min(window, columns - left);
        end += (long) height * width * patches;
        ends.add(end);
      }
    }
    return ends.build().toArray();
  }

  /** Half of a head's pairs are rotated by a patch's row, the others by its column. */
  private static IValue tables(
      Torch torch, PtNDManager owner, VisionConfig config, int columns, int[] order) {
    int side = config.blocks().mergeSize();
    int headDim = config.hiddenSize() / config.numAttentionHeads();
    float[] own = RotaryTables.frequencies(ROPE, headDim / 2);
    float[] frequencies = new float[2 * own.length];
    System.arraycopy(own, 0, frequencies, 0, own.length);
    System.arraycopy(own, 0, frequencies, own.length, own.length);
    int patches = order.length * side * side;
    RotaryTables tables =
        new RotaryTables(new float[patches * headDim], new float[patches * headDim]);
    float[] positions = new float[frequencies.length];
    for (int p = 0; p < patches; p++) {
      int block = order[p / (side * side)];
      int within = p % (side * side);
      int row = block / columns * side + within / side;
      int column = block % columns * side + within % side;
      for (int i = 0; i < positions.length; i++) {
        positions[i] = i < own.length ? row : column;
      }
      tables.put(p, positions, frequencies);
    }
    // Their numbers lie in Java's buffers, which live as long as the arrays are open.
    return torch.run(
        "rotary",
        torch.create(owner, tables.cos(), patches, headDim),
        torch.create(owner, tables.sin(), patches, headDim));
  }

  /** The windows of a layer, none where it attends to the whole crop. */
  long[] ends(int layer) {
    return order == null || config.blocks().isFull(layer) ? new long[0] : windows;
  }

  /** Patches window by window, [N, D]. */
  PtNDArray inWindows(PtNDManager owner, PtNDArray x) {
    return order == null ? x : rows(owner, x, order);
  }

  /** Patches block by block again, [N, D]. */
  PtNDArray inOrder(PtNDManager owner, PtNDArray x) {
    return order == null ? x : rows(owner, x, inverse());
  }

  /** Puts attention between blocks [K, K] into their order, in place. */
  void reorder(PtNDManager owner, PtNDArray attention) {
    if (order != null) {
      PtNDArray places = torch.numbers(owner, inverse());
      try (PtNDArray ordered = torch.tensor(owner, "reordered", attention, places)) {
        torch.tensor(owner, "fill", attention, 0, ordered).close();
      }
    }
  }

  private int[] inverse() {
    int[] inverse = new int[order.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }

  private PtNDArray rows(PtNDManager owner, PtNDArray x, int[] blocks) {
    int patches = config.blocks().patches();
    int[] places =
        IntStream.of(blocks)
            .flatMap(block -> IntStream.range(block * patches, (block + 1) * patches))
            .toArray();
    try (PtNDArray before = x) {
      return torch.tensor(owner, "rows_at", before, torch.numbers(owner, places));
    }
  }

  @Override
  public void close() {
    tables.close();
  }
}
