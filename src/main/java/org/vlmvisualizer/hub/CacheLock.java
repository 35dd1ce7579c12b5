package org.vlmvisualizer.hub;

import com.sun.jna.LastErrorException;
import com.sun.jna.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Only one at a time downloads a file: among the threads of this program, among Fijis, and among
 * them and Python's huggingface_hub. The lock file stays when the lock is gone, as Python leaves
 * it.
 */
public record CacheLock(Path path, AutoCloseable held) implements AutoCloseable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /**
   * Waits for the lock, as long as it takes.
   *
   * @param alive called every 100 ms; may throw to stop
   * @throws org.vlmvisualizer.core.InputException if the lock file cannot be written
   */
  static CacheLock take(Path file, Runnable alive) {
    Path path = file.toAbsolutePath().normalize();
    DiskFaults.requireFileOrNothing(path);
    try {
      Files.createDirectories(path.getParent());
      while (true) {
        Optional<CacheLock> lock = tryTake(path);
        if (lock.isPresent()) {
          return lock.get();
        }
        Interruptible.pause(ByteFlow.SLICE, alive);
      }
    } catch (IOException e) {
      throw DiskFaults.write(path, e);
    }
  }

  private static Optional<CacheLock> tryTake(Path path) throws IOException {
    if (!HELD.add(path)) {
      return Optional.empty();
    }
    Optional<? extends AutoCloseable> held = Optional.empty();
    try {
      held = acquire(path);
      return held.map(lock -> new CacheLock(path, lock));
    } finally {
      if (held.isEmpty()) {
        HELD.remove(path);
      }
    }
  }

  private static Optional<? extends AutoCloseable> acquire(Path path) throws IOException {
    if (!Platform.isWindows()) {
      try {
        return Flock.tryTake(path.toString());
      } catch (LastErrorException | LinkageError e) {
        // A disk or system without flock(2): Java's lock keeps two Fijis apart, though not Python.
      }
    }
    // On Windows, Java's lock and Python's are the same kind.
    return tryChannel(path);
  }

  private static Optional<Closeable> tryChannel(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
      return lock == null ? Optional.empty() : Optional.of(channel);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  @Override
  public void close() {
    try {
      held.close();
    } catch (Exception e) {
      throw new IllegalStateException("The lock " + path + " cannot be given back.", e);
    } finally {
      HELD.remove(path);
    }
  }
}
