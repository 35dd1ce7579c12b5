package org.vlmvisualizer.image;

/** Neighbouring patches of a crop that become one token. */
final class Blocks {
  private Blocks() {}

  /**
   * The k × k patches of a block, row by row: the order in which {@code pixel_shuffle} in
   * modeling_idefics3.py and modeling_internvl.py of transformers 4.57.6 joins them.
   *
   * @param first number of the crop's first patch
   * @param patches in a row of the crop
   * @param column of the block in the crop
   * @param row of the block in the crop
   * @param k side of the block in patches
   * @return [k * k]
   */
  static int[] of(int first, int patches, int column, int row, int k) {
    int[] block = new int[k * k];
    for (int i = 0; i < block.length; i++) {
      block[i] = first + (row * k + i / k) * patches + column * k + i % k;
    }
    return block;
  }
}
