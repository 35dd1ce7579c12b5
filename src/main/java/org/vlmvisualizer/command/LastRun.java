package org.vlmvisualizer.command;

/**
 * How the last run of this plugin's commands ended, for macros:
 *
 * <pre>error = call("org.vlmvisualizer.command.LastRun.error");</pre>
 */
public final class LastRun {
  private static volatile String error = "";

  private LastRun() {}

  /** The sentence of the failure; empty if all went well or nothing has run yet. */
  public static String error() {
    return error;
  }

  static void began() {
    error = "";
  }

  static void failed(String sentence) {
    error = sentence;
  }
}
