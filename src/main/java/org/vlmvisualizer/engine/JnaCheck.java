package org.vlmvisualizer.engine;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import org.vlmvisualizer.core.InputException;

/**
 * Checks jna, by which DJL looks for GPUs. Fiji's own is good; an old one that some other plugin
 * laid into the same folder comes first on the class path or not, by chance of its name.
 */
final class JnaCheck {
  private JnaCheck() {}

  /**
   * @param loader the one that DJL's classes come from
   * @throws InputException if its jna lacks the method that DJL calls, naming the file, or cannot
   *     run its own library, as from a temporary folder of a cluster that runs no programs
   */
  static void check(ClassLoader loader) {
    Class<?> jna;
    try {
      jna = Class.forName("com.sun.jna.Native", false, loader);
    } catch (ClassNotFoundException e) {
      throw new InputException(
          "Expected jna 5 or newer among Fiji's jars, found none; update Fiji.", e);
    }
    try {
      jna.getMethod("load", String.class, Class.class);
    } catch (NoSuchMethodException | LinkageError e) {
      throw new InputException(
          "Expected jna 5 or newer, found %s in %s; remove that file, update Fiji and start it again."
              .formatted(version(jna), location(jna)),
          e);
    }
    try {
      Class.forName(jna.getName(), true, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new InputException(
          "Expected that jna can run its library, found that it cannot (%s); start Java with -Djna.tmpdir=FOLDER, a folder from which programs can be run."
              .formatted(StartFailure.reason(e)),
          e);
    }
  }

  private static String version(Class<?> type) {
    Package from = type.getPackage();
    String version = from == null ? null : from.getImplementationVersion();
    return version == null ? "an older one" : "version " + version;
  }

  private static String location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL url = source == null ? null : source.getLocation();
    if (url == null) {
      return "an unknown file";
    }
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return url.toString();
    }
  }
}
