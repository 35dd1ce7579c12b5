package org.vlmvisualizer.ask;

/** What of an image with many slices or time points is asked about. */
public enum StackChoice {
  /** What is displayed. */
  CURRENT,
  /** Every slice by itself, at the displayed time point. */
  SLICES,
  /** Every time point by itself, at the displayed slice. */
  FRAMES
}
