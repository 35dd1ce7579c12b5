package org.vlmvisualizer.hub;

import java.util.regex.Pattern;

/**
 * A file of a model on the hub.
 *
 * @param name its path in the repository
 * @param size in bytes; -1 if the hub did not say
 * @param etag the name of its blob: SHA-256 of a large file, SHA-1 as git computes it of a small
 *     one, in hexadecimal; empty if the hub did not say
 */
record RepoFile(String name, long size, String etag) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

  /** Whether size and hash are known, so that the file can be checked. */
  boolean isKnown() {
    return size >= 0 && (isSha256() || SHA1.matcher(etag).matches());
  }

  /** Whether the hash is SHA-256 over the bytes, and not git's. */
  boolean isSha256() {
    return SHA256.matcher(etag).matches();
  }
}
