package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import org.vlmvisualizer.core.TokenMaps;

/** How much of each token's map lies inside a selection of the picture. */
@FunctionalInterface
interface RegionShares {
  /**
   * @param region an area, in pixels of the picture
   * @return [T] shares, 0 to 1
   */
  double[] of(TokenMaps maps, Roi region);
}
