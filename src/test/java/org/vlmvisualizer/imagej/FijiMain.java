package org.vlmvisualizer.imagej;

import java.util.List;
import net.imagej.patcher.LegacyInjector;

/** Patches ImageJ's classes before any of them is loaded, then does a job in it. */
final class FijiMain {
  private FijiMain() {}

  /** What is done inside. */
  interface Job {
    void run(FijiLike fiji, List<String> arguments) throws Exception;
  }

  /**
   * @param arguments the job's class, then its own arguments
   */
  public static void main(String[] arguments) throws Exception {
    LegacyInjector.preinit();
    // By name, since checking a class that mentions ImageJ could load it.
    Inside.run(arguments);
  }

  private static final class Inside {
    static void run(String[] arguments) throws Exception {
      Job job = (Job) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
      FijiLike fiji = FijiLike.start();
      job.run(fiji, List.of(arguments).subList(1, arguments.length));
      System.exit(0);
    }
  }
}
