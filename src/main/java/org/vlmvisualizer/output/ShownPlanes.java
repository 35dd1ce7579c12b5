package org.vlmvisualizer.output;

import ij.ImagePlus;

/**
 * Planes of heatmaps that an image shows already, so that a longer stack of the same answers need
 * not make them again.
 *
 * @param image null for none
 * @param frames [T] the answers that it shows; null where there is none
 */
record ShownPlanes(ImagePlus image, AttentionResult[] frames) {
  static final ShownPlanes NONE = new ShownPlanes(null, new AttentionResult[0]);

  /**
   * @param image null for none
   */
  static ShownPlanes of(ImagePlus image) {
    return image == null ? NONE : new ShownPlanes(image, AttentionResult.frames(image));
  }

  /** How many there are. */
  int count() {
    int count = 0;
    for (AttentionResult frame : frames) {
      count += frame == null ? 0 : frame.maps().size();
    }
    return count;
  }

  /** The largest value in them. */
  double largest() {
    return image == null ? 0 : MapScale.of(image).largest();
  }

  /** The plane of a token's map, or null if it is not there yet; both counted from 0. */
  float[] plane(int frame, int token) {
    if (frame >= frames.length || frames[frame] == null || token >= frames[frame].maps().size()) {
      return null;
    }
    int index = image.getStackIndex(image.getNChannels(), token + 1, frame + 1);
    return (float[]) image.getStack().getPixels(index);
  }
}
