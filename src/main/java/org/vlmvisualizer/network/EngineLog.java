package org.vlmvisualizer.network;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** What DJL writes about its start, which nobody asked for. */
final class EngineLog {
  private EngineLog() {}

  /**
   * Lets DJL's warnings through and nothing below. Fiji logs with Logback to its console; other
   * plugins' logging stays as it is set up. Where there is no Logback, as on the command line,
   * nothing is written anyway.
   */
  static void quieten() {
    try {
      if (LoggerFactory.getLogger("ai.djl") instanceof Logger logger) {
        logger.setLevel(Level.WARN);
      }
    } catch (NoClassDefFoundError e) {
      // There is no Logback.
    }
  }
}
