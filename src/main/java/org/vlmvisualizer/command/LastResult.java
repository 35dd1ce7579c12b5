package org.vlmvisualizer.command;

import java.util.concurrent.atomic.AtomicReference;
import org.vlmvisualizer.output.AttentionResult;

/** The newest result of this session, for the commands that look at it again. */
final class LastResult {
  private static final AtomicReference<AttentionResult> LAST = new AtomicReference<>();

  private LastResult() {}

  static void remember(AttentionResult result) {
    LAST.set(result);
  }

  /** Null if there is none. */
  static AttentionResult get() {
    return LAST.get();
  }
}
