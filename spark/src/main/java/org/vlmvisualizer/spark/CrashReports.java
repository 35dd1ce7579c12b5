package org.vlmvisualizer.spark;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;

/**
 * Java's own reports of crashes in native code. They lie beside the results for as long as the job
 * runs, so that whoever comes next to a picture knows that a program crashed over it, and was not
 * just ended by the cluster.
 */
final class CrashReports {
  private static final String OPTIONS = "spark.executor.extraJavaOptions";
  private static final String FILE = "-XX:ErrorFile=";

  private CrashReports() {}

  /** Lets executors write them there, unless the user wants them elsewhere. */
  static void collect(SparkConf conf, Path results) {
    String options = conf.get(OPTIONS, "");
    if (!options.contains(FILE)) {
      String file = results.resolve("hs_err_pid%p.log").toString();
      conf.set(OPTIONS, (options + " " + quoted(FILE + file)).strip());
    }
  }

  /** As one word for Spark, which splits options at spaces. */
  private static String quoted(String option) {
    return '"' + option.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Removes those of a job that is done. */
  static void remove(Path results) {
    try (DirectoryStream<Path> reports =
        Files.newDirectoryStream(results, "hs_err_pid[0-9]*.log")) {
      for (Path report : reports) {
        Files.deleteIfExists(report);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // nobody reads them any more
    }
  }
}
