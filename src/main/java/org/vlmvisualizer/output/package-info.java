/**
 * What a run leaves behind: heatmap hyperstack, token table, ratio plot, montage, attention matrix
 * and the files of all of them. Everything here works without a display.
 *
 * <p>Pixels hold raw scores; contrast lives in the display range only.
 */
package org.vlmvisualizer.output;
