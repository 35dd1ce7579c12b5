package org.vlmvisualizer.core;

/**
 * How one generated token's attention divides between the kinds of tokens before it. The four sum
 * to 1 (the first token of the prompt counts only where a method keeps it).
 *
 * @param image share on the pictures, by image tokens that have a place: VLM-Visualizer's "image
 *     attention ratio"
 * @param prompt share on the prompt's text, system text included
 * @param generated share on what was generated before
 * @param marker share on tokens that belong to a picture but have no place in it: newlines, names
 *     of tiles
 * @param picture share on the one picture or time point that a map is of: a part of {@code image},
 *     all of it where the question is about one
 */
public record AttentionShares(
    double image, double prompt, double generated, double marker, double picture) {}
