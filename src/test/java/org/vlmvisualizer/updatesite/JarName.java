package org.vlmvisualizer.updatesite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a jar as Maven gives it: artifact-version[-classifier].jar.
 *
 * @param version with the classifier, or empty
 */
record JarName(String artifact, String version) {
  private static final Pattern NAME = Pattern.compile("(.+?)(?:-(\\d[\\w.+-]*))?\\.jar");

  static JarName of(String file) {
    Matcher name = NAME.matcher(file);
    if (!name.matches()) {
      throw new IllegalArgumentException("not the name of a jar: " + file);
    }
    return new JarName(name.group(1), name.group(2) == null ? "" : name.group(2));
  }
}
