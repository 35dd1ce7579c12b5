package org.vlmvisualizer.core;

/** Told what long work is doing; the place where a user's cancel is heard. */
@FunctionalInterface
public interface Progress {
  /** Shows nothing and never cancels. */
  Progress NONE = (stage, done, total) -> {};

  /**
   * Called between layers and between tokens.
   *
   * @param stage what is being done, a few words
   * @param done steps finished
   * @param total steps in this stage
   * @throws java.util.concurrent.CancellationException to stop the work
   */
  void update(String stage, int done, int total);
}
