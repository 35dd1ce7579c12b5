package org.vlmvisualizer.core;

/**
 * How much each patch counted for each generated token.
 *
 * @param method name of the method that made it
 * @param values [T, P]; each row sums to 1, or is all 0 where the token looked at no patch
 */
public record AttributionMap(String method, float[][] values) {}
