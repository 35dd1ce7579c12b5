package org.vlmvisualizer.core;

/** Which layers of the vision tower are averaged into its patch-to-patch attention. */
public enum VisionLayers {
  /** None: the vision tower's attention is not recorded. */
  NONE,
  /** Only the layer whose output the projector reads. */
  SELECTED,
  /** From the first layer to the one whose output the projector reads. */
  ALL
}
