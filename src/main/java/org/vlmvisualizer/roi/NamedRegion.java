package org.vlmvisualizer.roi;

import org.vlmvisualizer.area.Region;

/**
 * A ROI to measure.
 *
 * @param name as its user gave it; may be any text, and that of another one
 * @param group number of its ROI group, 0 for none
 * @param region in pixels of the whole source image; null if the ROI has no area
 */
public record NamedRegion(String name, int group, Region region) {}
