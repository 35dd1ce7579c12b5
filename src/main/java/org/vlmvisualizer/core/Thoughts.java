package org.vlmvisualizer.core;

/**
 * What a Thinking model writes before its answer: all tokens up to the first {@code </think>} and
 * that one, or all tokens where it never comes. Whether a token is a thought depends on those
 * before it alone, so that it is known while the others are still being written.
 */
public final class Thoughts {
  /** The text that opens them, the end of such a model's prompt. */
  public static final String BEGIN = "<think>";

  /** The text of the token that ends them. */
  public static final String END = "</think>";

  private boolean open;

  /**
   * @param open whether thoughts come first: not where a prompt has ended them already
   */
  public Thoughts(boolean open) {
    this.open = open;
  }

  /** The next token of what the model writes, as a thought or as a part of the answer. */
  public GeneratedToken mark(GeneratedToken token) {
    GeneratedToken marked = token.thought(open);
    open = open && !token.text().equals(END);
    return marked;
  }
}
