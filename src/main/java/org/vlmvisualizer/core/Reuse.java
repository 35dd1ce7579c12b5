package org.vlmvisualizer.core;

/**
 * What an answer did not have to compute, since it was there from an earlier question about the
 * same pictures. The answer is the same either way, to the bit.
 *
 * @param promptTokens how many rows of the prompt, from its beginning; 0 or all up to the end of
 *     the last picture
 * @param tower whether the vision tower had seen the pictures
 * @param reason why not all of it, a clause; empty if it was
 */
public record Reuse(int promptTokens, boolean tower, String reason) {}
