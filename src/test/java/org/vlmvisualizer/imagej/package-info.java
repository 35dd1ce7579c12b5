/**
 * Tests in a real ImageJ 1.54p that is started and changed as Fiji does: under a virtual display,
 * and headless.
 *
 * <p>What joins SciJava's commands and ImageJ's menus in Fiji, imagej-legacy, is not on Maven
 * Central. Its patches of ImageJ's classes are (ij1-patcher), and {@link
 * org.vlmvisualizer.imagej.FijiLike} does the rest as it does: menu entries, options, active image,
 * recording, showing outputs.
 */
package org.vlmvisualizer.imagej;
