package org.vlmvisualizer.core;

/** What a chain of causes says. */
public final class Causes {
  private Causes() {}

  /** The message nearest to the cause, its first line. */
  public static String innermost(Throwable failure) {
    String message = "no reason given";
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null && !t.getMessage().isBlank()) {
        message = t.getMessage().strip().lines().findFirst().orElse(message);
      }
    }
    return message;
  }
}
