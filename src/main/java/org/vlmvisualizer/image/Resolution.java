package org.vlmvisualizer.image;

/**
 * A size that LLaVA-NeXT may bring a picture to, one of its {@code image_grid_pinpoints}.
 *
 * @param width in pixels of the network's input
 * @param height in pixels of the network's input
 */
public record Resolution(int width, int height) {}
