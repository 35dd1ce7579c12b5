package org.vlmvisualizer.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.EngineThread;

/**
 * How fast a device reads its memory at best: the sum of 2 GB, which no cache holds. To be measured
 * by turns with what it is compared to, since other machines share the memory.
 */
final class Bandwidth implements AutoCloseable {
  private static final long ELEMENTS = 1L << 29;

  /** What the array takes. */
  static final double GIGABYTES = 4 * ELEMENTS / 1e9;

  private final NDManager manager;
  private final NDArray array;
  private double best;

  /**
   * @param device as a network names it
   */
  Bandwidth(String device) {
    manager = NDManager.newBaseManager(DeviceChoice.of(device).device(), "PyTorch");
    array = EngineThread.call(() -> manager.ones(new Shape(ELEMENTS)));
  }

  /**
   * Takes one sum, on PyTorch's thread: a second one would bring threads of its own, and where
   * there are more than cores, OpenMP puts those that wait to sleep, so that all that is measured
   * behind it is slower.
   */
  void measure() {
    long start = System.nanoTime();
    EngineThread.call(() -> array.sum().getFloat());
    best = Math.max(best, 4e9 * ELEMENTS / (System.nanoTime() - start));
  }

  /** Bytes a second, of the fastest sum so far. */
  double best() {
    return best;
  }

  @Override
  public void close() {
    manager.close();
  }
}
