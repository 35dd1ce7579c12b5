package org.vlmvisualizer.hub;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.Optional;
import org.vlmvisualizer.core.LibrarySettings;

/**
 * The lock that Python's filelock takes on Linux and macOS. Java's own file locks are another kind
 * there, which flock(2) does not see.
 */
final class Flock implements AutoCloseable {
  private static final int EXCLUSIVE_NOW = 2 | 4;
  private static final int WOULD_BLOCK = Platform.isLinux() ? 11 : 35;

  private final Pointer file;

  static {
    LibrarySettings.tell();
    Native.register(Flock.class, Platform.C_LIBRARY_NAME);
  }

  private Flock(Pointer file) {
    this.file = file;
  }

  // fopen and not open, whose arguments are variadic, which JNA cannot call on every processor.
  private static native Pointer fopen(String path, String mode) throws LastErrorException;

  private static native int fileno(Pointer file) throws LastErrorException;

  private static native int fclose(Pointer file) throws LastErrorException;

  private static native int flock(int descriptor, int operation) throws LastErrorException;

  /**
   * Tries once.
   *
   * @return empty if another holds the lock
   * @throws LastErrorException if this disk has no such locks
   * @throws LinkageError if this system has none, or JNA does not work here
   */
  static Optional<Flock> tryTake(String path) {
    // "a" creates the file and leaves its content; "e" keeps it from child processes.
    Pointer file = fopen(path, "ae");
    try {
      flock(fileno(file), EXCLUSIVE_NOW);
      return Optional.of(new Flock(file));
    } catch (LastErrorException e) {
      fclose(file);
      if (e.getErrorCode() == WOULD_BLOCK) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Closing the file ends the lock, as does the end of the process, however it comes. */
  @Override
  public void close() {
    fclose(file);
  }
}
