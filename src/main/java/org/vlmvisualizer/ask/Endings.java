package org.vlmvisualizer.ask;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.Joined;

/**
 * Ends pictures one after the other, in the order in which they come, while the next one is asked
 * about: results are drawn, compressed and written on a second thread. One picture is ended at a
 * time, and one more waits at most. A picture that takes much of Java's memory is ended by itself,
 * so that there is as much for the next one as ever.
 */
final class Endings implements AutoCloseable {
  /** Of Java's memory. */
  private static final int SHARE = 8;

  private final ExecutorService thread; // null for the caller's
  private final Consumer<PictureTask.Done> ready;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /**
   * @param beside whether there is a second thread; else each ends at once
   * @param ready told of each picture that has ended, on the thread where it did
   */
  Endings(boolean beside, Consumer<PictureTask.Done> ready) {
    this.ready = ready;
    thread =
        beside
            ? Executors.newSingleThreadExecutor(new DaemonThreads("VLM Visualizer results"))
            : null;
  }

  /**
   * Ends a picture soon. What an earlier one threw is thrown here, and this one is ended all the
   * same.
   */
  void add(PictureTask.Ending ending) {
    if (thread == null) {
      ready.accept(ending.done());
      return;
    }
    CompletableFuture<Void> before = last;
    last = CompletableFuture.runAsync(() -> ready.accept(ending.done()), thread);
    Joined.result(before);
    if (ending.bytes() > Runtime.getRuntime().maxMemory() / SHARE) {
      Joined.result(last);
    }
  }

  /** Waits for the last one, and throws what that did. */
  void await() {
    Joined.result(last);
  }

  /** Whatever the last one throws. */
  @Override
  public void close() {
    if (thread != null) {
      last.handle((done, thrown) -> done).join();
      thread.shutdown();
    }
  }
}
