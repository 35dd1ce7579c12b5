package org.vlmvisualizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.ProcessMark;

/** Claims of programs that work on a picture of many. */
public final class Claims {
  private Claims() {}

  /** Whether a claim is there, and is that of a process. */
  public static boolean isOf(Path claim, long pid) {
    try {
      return ProcessMark.pid(Files.readString(claim)) == pid;
    } catch (IOException e) {
      return false;
    }
  }
}
