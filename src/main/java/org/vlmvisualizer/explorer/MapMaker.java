package org.vlmvisualizer.explorer;

import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AttentionResult;

/**
 * Makes and checks maps of an answer that the model gave before. What asks the model must not be
 * called on the event thread; what foretells the time may be.
 */
public interface MapMaker {
  /**
   * Makes maps of the same tokens by another method.
   *
   * @throws org.vlmvisualizer.core.InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  AttentionResult by(AttentionResult answer, String method, Progress progress);

  /**
   * Checks the map of one token: two passes.
   *
   * @param token its number, from 0
   * @throws org.vlmvisualizer.core.InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  MapCheck check(AttentionResult answer, int token, Progress progress);

  /** About how many seconds maps by a method will take; NaN if that is not known. */
  double seconds(AttentionResult answer, String method);

  /** About how many seconds the check of one map will take; NaN if that is not known. */
  double secondsOfCheck(AttentionResult answer);
}
