package org.vlmvisualizer.command;

/**
 * How the last run of this plugin's commands by a macro, or by a script that says {@code
 * failure=continue}, ended:
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

  /**
   * @param sentence empty if all is well
   */
  static void ended(String sentence) {
    error = sentence;
  }
}
