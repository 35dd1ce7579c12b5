package org.vlmvisualizer.core;

import java.nio.file.Path;

/** What DJL and jna must know before their first class is used; what the user has set stays. */
public final class LibrarySettings {
  private LibrarySettings() {}

  /**
   * Keeps DJL from reporting every start, from fetching libraries behind the user's back (on a
   * computer with a GPU, its tokenizers would fetch others than lie in our jars), and, together
   * with jna, from unpacking its own below a home that cannot be used.
   */
  public static void tell() {
    System.setProperty("OPT_OUT_TRACKING", "true");
    tell("ai.djl.offline", "true");
    Path home = UserCache.home();
    if (!home.toString().equals(System.getProperty("user.home"))) {
      tell("DJL_CACHE_DIR", home.resolve(".djl.ai").toString());
      tell("jna.tmpdir", UserCache.folder("jna").toString());
    }
  }

  /**
   * DJL prefers an environment variable of the name DJL_CACHE_DIR; jna reads its property alone.
   */
  private static void tell(String key, String value) {
    System.getProperties().putIfAbsent(key, value);
  }
}
