package org.vlmvisualizer.picture;

/** What of a file with several images, slices or time points is asked about. */
public enum PlaneChoice {
  /** The first plane of its first image. */
  FIRST,
  /** The first plane of each of its images, which Bio-Formats calls series. */
  SERIES,
  /** Every slice and time point of each of its images. */
  ALL
}
