package org.vlmvisualizer.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.vlmvisualizer.engine.DeviceChoice;

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
    array = manager.ones(new Shape(ELEMENTS));
  }

  /** Takes one sum. */
  void measure() {
    long start = System.nanoTime();
    array.sum().getFloat();
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
