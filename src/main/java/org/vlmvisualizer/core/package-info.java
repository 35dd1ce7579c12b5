/**
 * Immutable, shape-checked values that every other package speaks in. Nothing here knows PyTorch,
 * ImageJ or files.
 *
 * <p>Shapes are written in square brackets with these letters: B batch, L layer, H head, Q query, K
 * key, N prompt token (image tokens expanded), P image token, T generated token, D hidden, V
 * vocabulary, C colour channel, S side of the model's input picture. An index like {@code K_t} has
 * a length of its own for each t.
 *
 * <p>Coordinates carry their space as a prefix: {@code sourceX} in pixels of the picture that was
 * asked about, {@code modelX} in pixels of the network's input, {@code cellX} in patches.
 */
package org.vlmvisualizer.core;
