package org.vlmvisualizer.core;

/**
 * One token that the model wrote.
 *
 * @param id its place in the vocabulary
 * @param text what it looks like to a reader, leading space kept; control tokens as they are named
 * @param probability the softmax of the logits at that id, 0 to 1
 */
public record GeneratedToken(int id, String text, double probability) {}
