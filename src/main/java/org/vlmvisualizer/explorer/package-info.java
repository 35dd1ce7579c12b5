/**
 * The token explorer: the answer as text beside the picture, with the map of the selected tokens
 * laid over it.
 *
 * <p>Two windows make it up: an ordinary ImageJ image window, so that ImageJ's zoom, selections and
 * measurements work on the picture, and a frame with the answer, the plot and the controls. {@link
 * org.vlmvisualizer.explorer.ExplorerState} is what both show. Everything here is called on the
 * event thread; what takes longer than drawing is done by {@link
 * org.vlmvisualizer.dialog.LatestJob} off it.
 */
package org.vlmvisualizer.explorer;
