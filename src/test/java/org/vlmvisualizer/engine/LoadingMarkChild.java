package org.vlmvisualizer.engine;

import java.nio.file.Path;

/** A program that lays a mark and then ends in one of several ways. */
final class LoadingMarkChild {
  private LoadingMarkChild() {}

  /**
   * @param arguments the folder of marks, and crash, exit or wait
   */
  public static void main(String[] arguments) throws Exception {
    LoadingMark mark = LoadingMark.set(Path.of(arguments[0]), "a test was loading");
    switch (arguments[1]) {
      case "crash" -> Runtime.getRuntime().halt(134);
      case "exit" -> System.exit(0);
      default -> Thread.sleep(60_000);
    }
    mark.close();
  }
}
