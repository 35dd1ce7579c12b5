package org.vlmvisualizer.image;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How a Qwen-VL model is told when the frames of a video were taken: not at all, by how far apart
 * their tokens stand on the time axis, or by text before them.
 *
 * <p>Sources, transformers 4.57.6: second_per_grid_ts in processing_qwen2_5_vl.py, get_rope_index
 * in modeling_qwen2_5_vl.py, _calculate_timestamps in processing_qwen3_vl.py. The second cuts the
 * seconds of a view to whole ones before it multiplies them, so that frames less than half a second
 * apart stand at one time; Qwen's own code and later versions of transformers (pull request 48669)
 * cut behind the product, as is done here. For whole seconds it is the same.
 *
 * @param fps frames a second
 * @param perSecond positions a second; 0 of models that are told otherwise
 * @param isText whether they are told by text
 */
public record FramePace(double fps, int perSecond, boolean isText) {
  /** A view after the other, whatever lies between them. */
  public static final FramePace COUNTED = new FramePace(1, 0, false);

  /** Farther than any decoder reaches, and near enough to be added to. */
  private static final int MOST = 1 << 28;

  /**
   * By positions.
   *
   * @param seconds from one frame to the next
   * @param perSecond tokens_per_second
   */
  public static FramePace byPosition(double seconds, int perSecond) {
    return new FramePace(1 / seconds, perSecond, false);
  }

  /**
   * By text.
   *
   * @param seconds from one frame to the next
   */
  public static FramePace byText(double seconds) {
    return new FramePace(1 / seconds, 0, true);
  }

  /** Whether the model is told. */
  boolean isTold() {
    return isText || perSecond > 0;
  }

  /**
   * Where a view stands on the time axis.
   *
   * @param view its number, from 0
   * @param frames that it shows
   */
  int time(int view, int frames) {
    if (perSecond == 0) {
      return view;
    }
    float seconds = view * (float) (frames / fps); // in float32, as torch
    return (int) Math.min(seconds * perSecond, MOST);
  }

  /** The middle between two frames, in seconds with a digit behind the point. */
  String text(int first, int last) {
    double middle = (first / fps + last / fps) / 2;
    return new BigDecimal(middle).setScale(1, RoundingMode.HALF_EVEN).toPlainString();
  }
}
