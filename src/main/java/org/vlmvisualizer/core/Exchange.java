package org.vlmvisualizer.core;

/**
 * An earlier question of a conversation and what the model wrote to it.
 *
 * @param answer running text, without control tokens
 */
public record Exchange(String question, String answer) {}
