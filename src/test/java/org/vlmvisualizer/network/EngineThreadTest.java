package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.EngineThread;

/** Whoever asks, PyTorch computes on one thread. */
class EngineThreadTest {
  @Test
  void callersOnManyThreadsAreServedByOne() throws Exception {
    Set<Thread> threads = new HashSet<>();
    ExecutorService callers = Executors.newFixedThreadPool(3);
    try (LoadedGolden loaded = new LoadedGolden("llama-mha")) {
      Progress progress =
          (stage, done, total) -> {
            threads.add(Thread.currentThread());
          };
      for (int i = 0; i < 6; i++) {
        callers
            .submit(
                () ->
                    loaded
                        .network
                        .session(loaded.pixels, loaded.prompt)
                        .generate(
                            2,
                            Generation.greedy(Set.of()),
                            String::valueOf,
                            TraceRequest.NOTHING,
                            progress))
            .get();
      }
    } finally {
      callers.shutdown();
    }
    assertEquals(1, threads.size());
    assertTrue(threads.iterator().next().isDaemon());
  }

  @Test
  void failuresComeAsTheyAre() {
    for (Throwable failure :
        new Throwable[] {
          new InputException("No."), new CancellationException(), new OutOfMemoryError()
        }) {
      assertSame(
          failure,
          assertThrows(
              Throwable.class,
              () ->
                  EngineThread.call(
                      () -> {
                        if (failure instanceof Error error) {
                          throw error;
                        }
                        throw (RuntimeException) failure;
                      })));
    }
  }
}
