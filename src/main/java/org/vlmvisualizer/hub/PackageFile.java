package org.vlmvisualizer.hub;

import java.net.URI;
import java.util.Locale;

/**
 * A file of a package that pip could install, and what it must be.
 *
 * @param index address of the index that has it, with a slash at the end
 * @param size in bytes
 * @param sha256 in hexadecimal
 */
public record PackageFile(URI index, String name, long size, String sha256) {
  /** The page of its project; a name of a file begins with that of the project. */
  URI page(URI ofIndex) {
    String project = name.substring(0, name.indexOf('-')).toLowerCase(Locale.ROOT);
    return ofIndex.resolve(project.replaceAll("[-_.]+", "-") + "/");
  }

  RepoFile file() {
    return new RepoFile(name, size, sha256);
  }
}
