package org.vlmvisualizer.ask;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;

/** What a picture of many failed with, in one sentence. */
public final class PictureFailure {
  private PictureFailure() {}

  /**
   * @throws CancellationException if that is the cause: the user's, not the picture's
   */
  public static String sentence(Throwable cause) {
    if (cause instanceof CancellationException cancelled) {
      throw cancelled;
    }
    if (cause instanceof InputException) {
      return cause.getMessage();
    }
    if (cause instanceof OutOfMemoryError) {
      return "Not enough memory for this picture: %s. Give it more, or use upsampling=none."
          .formatted(JavaMemory.limit());
    }
    return "An error in the plugin (%s). Please report it, with the picture."
        .formatted(where(cause));
  }

  /** What was thrown, and the line of ours that led there. */
  private static String where(Throwable cause) {
    return cause.getClass().getSimpleName().replaceAll("(Exception|Error)$", "")
        + Arrays.stream(cause.getStackTrace())
            .filter(line -> line.getClassName().startsWith("org.vlmvisualizer."))
            .findFirst()
            .map(line -> " at " + line.getFileName() + ":" + line.getLineNumber())
            .orElse("");
  }
}
