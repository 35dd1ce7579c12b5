package org.vlmvisualizer.core;

/**
 * Whether a token's map stays where it was on the picture: how well the map of a picture that was
 * moved a little, moved back, correlates with the map itself (Pearson's r over half cells, -1 to
 * 1).
 *
 * @param shift mean of two shifts by half a cell, to the right and downwards
 * @param mirror of the picture mirrored left to right; of no meaning for writing, which cannot be
 *     read then
 */
public record MapStability(double shift, double mirror) {}
