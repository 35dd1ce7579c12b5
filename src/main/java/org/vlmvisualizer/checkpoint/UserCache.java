package org.vlmvisualizer.checkpoint;

import java.nio.file.Path;

/** Where this plugin keeps what it can make again: {@code ~/.cache/vlm-visualizer}. */
public final class UserCache {
  private UserCache() {}

  /** A folder in the cache, which may not be there yet. */
  public static Path folder(String name) {
    return Path.of(System.getProperty("user.home"), ".cache", "vlm-visualizer", name);
  }
}
