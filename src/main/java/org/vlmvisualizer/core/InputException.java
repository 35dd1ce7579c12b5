package org.vlmvisualizer.core;

/**
 * An expected failure: something that the user gave cannot be used. The message is the whole story
 * for a reader, in plain sentences: what was expected, what was found, what to do. It is shown
 * without a stack trace.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
