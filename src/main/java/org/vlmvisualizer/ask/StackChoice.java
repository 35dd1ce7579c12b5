package org.vlmvisualizer.ask;

/** What of an image with many slices or time points is asked about. */
public enum StackChoice {
  /** What is displayed. */
  CURRENT,
  /** Every slice by itself, at the displayed time point. */
  SLICES,
  /** Every time point by itself, at the displayed slice. */
  FRAMES,
  /** All slices in one question, at the displayed time point. */
  SLICES_TOGETHER,
  /** All time points in one question, at the displayed slice: a video, where the model takes it. */
  FRAMES_TOGETHER;

  /** Whether time points are asked about. */
  boolean isTime() {
    return this == FRAMES || this == FRAMES_TOGETHER;
  }

  /** Whether there is one question about all. */
  public boolean isTogether() {
    return this == SLICES_TOGETHER || this == FRAMES_TOGETHER;
  }
}
