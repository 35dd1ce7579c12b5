/**
 * What a model is shown: the displayed image as 8-bit RGB, from a window or from a file.
 *
 * <p>Opens picture files and addresses with ImageJ. What ImageJ passes over is refused before it
 * opens a file: files that end too early, sizes beyond the memory, directories in a circle.
 * Whatever takes long can be cancelled.
 */
package org.vlmvisualizer.picture;
