package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.LongBuffer;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.VisionConfig;

/**
 * A square table of positions, stretched over a crop: which four of its rows make up the position
 * of each patch, and how much of each. Patches in blocks.
 *
 * <p>Source: fast_pos_embed_interpolate in modeling_qwen3_vl.py of transformers 4.57.6.
 *
 * @param rows [P * 4] of the table; empty where there is none
 * @param shares [P * 4]
 */
record BlockPositions(long[] rows, float[] shares) {
  private static final int CORNERS = 4;

  static BlockPositions of(VisionConfig config, Crop crop) {
    int side = config.blocks().positions();
    if (side == 0) {
      return new BlockPositions(new long[0], new float[0]);
    }
    int merge = config.blocks().mergeSize();
    int width = crop.width() / config.patchSize();
    int height = crop.height() / config.patchSize();
    float[] across = spread(side, width);
    float[] down = spread(side, height);
    BlockPositions all =
        new BlockPositions(new long[width * height * CORNERS], new float[width * height * CORNERS]);
    int patch = 0;
    for (int top = 0; top < height; top += merge) {
      for (int left = 0; left < width; left += merge) {
        for (int i = 0; i < merge * merge; i++) {
          all.put(patch++, side, down[top + i / merge], across[left + i % merge]);
        }
      }
    }
    return all;
  }

  /** So many places from the first to the last of a row, as torch.linspace rounds them. */
  static float[] spread(int side, int count) {
    float[] places = new float[count];
    float last = side - 1;
    float step = count == 1 ? 0 : last / (count - 1);
    for (int i = 0; i < count; i++) {
      places[i] = i < count / 2 || count == 1 ? step * i : last - step * (count - 1 - i);
    }
    return places;
  }

  private void put(int patch, int side, float row, float column) {
    int top = (int) row;
    int left = (int) column;
    int bottom = Math.min(top + 1, side - 1);
    int right = Math.min(left + 1, side - 1);
    float below = row - top;
    float beside = column - left;
    put(patch * CORNERS, top * side + left, (1 - below) * (1 - beside));
    put(patch * CORNERS + 1, top * side + right, (1 - below) * beside);
    put(patch * CORNERS + 2, bottom * side + left, below * (1 - beside));
    put(patch * CORNERS + 3, bottom * side + right, below * beside);
  }

  private void put(int at, long row, float share) {
    rows[at] = row;
    shares[at] = share;
  }

  /** [P, 4] */
  PtNDArray patches(Torch torch, PtNDManager owner) {
    return torch.create(
        owner, LongBuffer.wrap(rows), DataType.INT64, rows.length / CORNERS, CORNERS);
  }

  /** [P, 4] */
  PtNDArray weights(Torch torch, PtNDManager owner) {
    return torch.create(owner, shares, shares.length / CORNERS, CORNERS);
  }
}
