/**
 * Areas of polygons on the grid of patches, exact, and what is measured with them: how much of a
 * map lies in a region.
 */
package org.vlmvisualizer.area;
