package org.vlmvisualizer.core;

/**
 * How one generated token's attention divides between the kinds of tokens before it. The three sum
 * to 1 (the first token of the prompt counts only where a method keeps it).
 *
 * @param image share on the picture: VLM-Visualizer's "image attention ratio"
 * @param prompt share on the prompt's text, system text included
 * @param generated share on what was generated before
 */
public record AttentionShares(double image, double prompt, double generated) {}
