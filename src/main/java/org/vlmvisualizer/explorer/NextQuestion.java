package org.vlmvisualizer.explorer;

import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AttentionResult;

/** Asks another question about the picture of an answer. */
@FunctionalInterface
public interface NextQuestion {
  /**
   * Asks the same model with the same options, and opens the windows of the answer, the explorer
   * among them ({@link Explorer#open}). Not to be called on the event thread.
   *
   * @param earlier an answer about the picture
   * @param followsUp whether the model sees the earlier question and answer, and those before
   * @throws org.vlmvisualizer.core.InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels before there is
   *     anything to show
   */
  void ask(AttentionResult earlier, String question, boolean followsUp, Progress progress);
}
