package org.vlmvisualizer.image;

import org.vlmvisualizer.core.InputException;

/**
 * How large a picture is resized that a model sees at its own size, its sides multiples of a block.
 *
 * <p>Source: {@code smart_resize} in image_processing_qwen2_vl.py and in
 * video_processing_qwen3_vl.py of transformers 4.57.6; the cap is the plugin's own.
 *
 * @param min pixels of the resized picture, by the checkpoint
 * @param max pixels of the resized picture, by the checkpoint
 * @param cap pixels that the user allows, which count where they are fewer
 */
public record PixelLimits(long min, long max, long cap) {
  private static final int MOST_ASPECT = 200;

  /** Those of a checkpoint, without a cap. */
  public PixelLimits(long min, long max) {
    this(min, max, Long.MAX_VALUE);
  }

  /** Width and height in pixels. */
  record Size(int width, int height) {
    long pixels() {
      return (long) width * height;
    }
  }

  /**
   * A picture, or the frames of a video whose pixels count together.
   *
   * @param width of each in pixels
   * @param height of each in pixels
   * @param frames how many; 1 of what counts by itself
   * @param each of which so many become one crop, the last repeated
   */
  record Shown(int width, int height, int frames, int each) {
    /** One by itself. */
    Shown(int width, int height) {
      this(width, height, 1, 1);
    }

    private double pixels() {
      return (double) frames * width * height;
    }

    /** Those that are shown, with the last repeated. */
    private long whole() {
      return (long) Math.rint((double) frames / each) * each;
    }
  }

  /** The same with a cap, in pixels. */
  public PixelLimits atMost(long pixels) {
    return new PixelLimits(min, max, pixels);
  }

  /**
   * Blocks that a picture has at most.
   *
   * @param block side of a block in pixels
   */
  long mostBlocks(long block) {
    return Math.max(1, Math.min(max, cap) / block / block);
  }

  /** Whether the cap makes a picture smaller than the checkpoint would. */
  boolean isCapped(Shown shown, long block) {
    return own(shown, block).pixels() > cap;
  }

  /**
   * The size that the checkpoint gives a picture; where that is above the cap, multiples near the
   * same aspect that are not.
   *
   * @param block side of a block in pixels
   * @throws InputException if one side is more than 200 times the other
   */
  Size size(Shown shown, long block) {
    if (!isCapped(shown, block)) {
      return own(shown, block);
    }
    Size shrunk = shrunk(shown, Math.sqrt((double) shown.width * shown.height / cap), block);
    // Of a strip, one block high, the length gives way.
    int longest = (int) (cap / block / block * block);
    return new Size(Math.min(shrunk.width, longest), Math.min(shrunk.height, longest));
  }

  /**
   * The nearest multiples of a block, or, where those have too many pixels or too few, multiples
   * near the same aspect that have not.
   */
  private Size own(Shown shown, long block) {
    int width = shown.width;
    int height = shown.height;
    if ((double) Math.max(width, height) / Math.min(width, height) > MOST_ASPECT) {
      throw new InputException(
          "Expected a picture whose longer side is at most %d times its shorter one, found %d x %d pixels; crop it."
              .formatted(MOST_ASPECT, width, height));
    }
    long wide = (long) Math.rint((double) width / block) * block;
    long high = (long) Math.rint((double) height / block) * block;
    if (shown.whole() * wide * high > max) {
      return shrunk(shown, Math.sqrt(shown.pixels() / max), block);
    }
    if (shown.whole() * wide * high < min) {
      double scale = Math.sqrt(min / shown.pixels());
      wide = (long) Math.ceil(width * scale / block) * block;
      high = (long) Math.ceil(height * scale / block) * block;
    }
    return new Size((int) wide, (int) high);
  }

  private static Size shrunk(Shown shown, double scale, long block) {
    long wide = Math.max(block, (long) Math.floor(shown.width / scale / block) * block);
    long high = Math.max(block, (long) Math.floor(shown.height / scale / block) * block);
    return new Size((int) wide, (int) high);
  }
}
