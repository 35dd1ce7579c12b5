package org.vlmvisualizer.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.JavaMemory;

/**
 * The file that was opened last, open for its next plane: reading a stack once more for each of its
 * planes would take minutes where one takes seconds. Closed when another file is opened, when
 * memory is short, and when nobody came for it in half a minute. Whoever takes it has it alone.
 */
final class LastOpened<T> {
  private static final int IDLE_SECONDS = 30;
  private static final ScheduledThreadPoolExecutor CLOCK =
      new ScheduledThreadPoolExecutor(1, new DaemonThreads("VLM Visualizer closes files"));

  static {
    CLOCK.setRemoveOnCancelPolicy(true); // what waits to be closed holds it in memory
  }

  private final Consumer<T> close;
  private Entry<T> last;

  private record Entry<T>(Key key, T opened, ScheduledFuture<?> end) {}

  /** A file as it was when it was opened. */
  record Key(Path file, long size, FileTime modified) {
    static Key of(Path file) throws IOException {
      return new Key(file, Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  /**
   * @param close ends what was opened
   */
  LastOpened(Consumer<T> close) {
    this.close = close;
    JavaMemory.spare(this::drop);
  }

  /** Null if it is not this file that is open. */
  synchronized T take(Key key) {
    if (last == null || !last.key.equals(key)) {
      drop();
      return null;
    }
    return forget();
  }

  /** Leaves an opened file for whoever wants it next. */
  synchronized void keep(Key key, T opened) {
    drop();
    last = new Entry<>(key, opened, CLOCK.schedule(this::drop, IDLE_SECONDS, TimeUnit.SECONDS));
  }

  synchronized void drop() {
    if (last != null) {
      close.accept(forget());
    }
  }

  private T forget() {
    last.end.cancel(false);
    T opened = last.opened;
    last = null;
    return opened;
  }
}
