package org.vlmvisualizer.core;

/**
 * Whether the whole-sequence attention matrix is recorded. It grows with the square of the tokens:
 * of 7,000 it takes 0.2 GB, several times over while it is made.
 */
public enum MatrixChoice {
  /** Of prompts of at most {@link #LONGEST} tokens. */
  SHORT,
  ALWAYS,
  NEVER;

  /** Tokens of a prompt, the picture's included. */
  public static final int LONGEST = 1500;

  /**
   * @param prompt N, its tokens
   */
  public boolean records(int prompt) {
    return this == ALWAYS || this == SHORT && prompt <= LONGEST;
  }
}
