package org.vlmvisualizer.core;

/** A run of tokens of one kind: indices {@code start} (inclusive) to {@code end} (exclusive). */
public record Span(Kind kind, int start, int end) {
  /** What a token is part of. */
  public enum Kind {
    /** The system text of the prompt template. */
    SYSTEM,
    /** The question and the words of the template around it, BOS included. */
    PROMPT,
    /** Image tokens: what the network makes of a picture. */
    IMAGE,
    /** Ordinary tokens within a picture's text, such as those that number its tiles. */
    MARKER,
    /** What the model wrote. */
    GENERATED
  }

  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("Span from " + start + " to " + end + ".");
    }
  }

  public int length() {
    return end - start;
  }
}
