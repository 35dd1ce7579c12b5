package org.vlmvisualizer.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import sun.misc.Signal;

/** SIGTERM, by which schedulers announce that a job's time is over. */
final class StopSignal {
  private StopSignal() {}

  /**
   * From now on, the signal does not end the program.
   *
   * @return whether it came
   */
  static BooleanSupplier await() {
    AtomicBoolean came = new AtomicBoolean();
    try {
      Signal.handle(new Signal("TERM"), signal -> came.set(true));
    } catch (IllegalArgumentException e) {
      return () -> false; // not on this system, or Java was told to leave signals alone
    }
    return came::get;
  }
}
