package org.vlmvisualizer.engine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** DJL's log, of which warnings are shown and nothing below. */
final class EngineLog {
  private EngineLog() {}

  /**
   * Lets DJL's warnings through and nothing below. Fiji logs with Logback, to its console; other
   * plugins' logging stays as it is set up. Where nothing is there to log with, SLF4J would say so
   * on standard error.
   */
  static void quieten() {
    System.getProperties().putIfAbsent("slf4j.internal.verbosity", "ERROR");
    try {
      if (LoggerFactory.getLogger("ai.djl") instanceof Logger logger) {
        logger.setLevel(Level.WARN);
      }
    } catch (NoClassDefFoundError e) {
      // There is no Logback.
    }
  }
}
