package org.vlmvisualizer.core;

/** What can be read in one more pass over prompt and answer, once the answer is known. */
public enum Replay {
  /** {@link Replayed#valueLogits}. */
  VALUE_LOGITS,
  /** {@link Replayed#valueNorms}. */
  VALUE_NORMS,
  /** {@link Replayed#rollout}. */
  ROLLOUT,
  /** {@link Replayed#similarity}. */
  SIMILARITY;

  /** Whether rows of the prompt must be read again, not those of the answer alone. */
  public boolean readsPrompt() {
    return this == ROLLOUT || this == SIMILARITY;
  }
}
