package org.vlmvisualizer.core;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * Where this plugin keeps what it can make again: {@code .cache/vlm-visualizer} in the home folder.
 *
 * <p>Containers and service users may have no home, or one that cannot be written to. A folder of
 * the user's own in the temporary folder then stands in for it. It stays after the program has
 * ended, since gigabytes may lie in it, and nobody else may enter it, since native code is loaded
 * from there.
 */
public final class UserCache {
  private static final String NAME = "vlm-visualizer";
  private static final String CACHES = ".cache";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** Chosen once: the stand-in may be a folder with a random name. */
  private static final class Home {
    static final Path FOLDER =
        home(System.getProperty("user.home"), Path.of(System.getProperty("java.io.tmpdir")));
  }

  private UserCache() {}

  /** A folder in the cache, which may not be there yet. */
  public static Path folder(String name) {
    return home().resolve(CACHES).resolve(NAME).resolve(name);
  }

  /** The home folder, or what stands in for it. */
  public static Path home() {
    return Home.FOLDER;
  }

  /**
   * For a program of our own, before anything else: Java's cache of fonts would create a missing
   * home folder, or a folder named "?" in the current one.
   */
  public static void replaceMissingHome() {
    if (!isFolder(System.getProperty("user.home"))) {
      System.setProperty("user.home", home().toString());
    }
  }

  /**
   * @param home as Java's property user.home, "?" where the system knows of none
   * @param temporary the folder for temporary files, which others may write to
   */
  static Path home(String home, Path temporary) {
    if (isFolder(home) && canHoldCache(Path.of(home))) {
      return Path.of(home);
    }
    try {
      return standIn(temporary);
    } catch (IOException e) {
      // Without a temporary folder either, the first write fails, and its message names the folder.
      return temporary.resolve(NAME);
    }
  }

  private static boolean isFolder(String home) {
    return FileTrouble.isFolder(home) && Path.of(home).isAbsolute();
  }

  private static boolean canHoldCache(Path home) {
    Path nearest = home.resolve(CACHES).resolve(NAME);
    while (!Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    return Files.isDirectory(nearest) && Files.isWritable(nearest);
  }

  /** The same in every start, unless another user has planted something under its name. */
  private static Path standIn(Path temporary) throws IOException {
    Path probe = Files.createTempFile(temporary, NAME, ".tmp");
    UserPrincipal me = Files.getOwner(probe);
    Files.delete(probe);
    Path folder = temporary.resolve(NAME + "-" + me.getName().replaceAll("\\W", "_"));
    boolean posix = temporary.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      Files.createDirectory(
          folder,
          posix
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
              : new FileAttribute<?>[0]);
    } catch (FileAlreadyExistsException e) {
      if (posix && !isPrivate(folder, me)) {
        return Files.createTempDirectory(temporary, NAME);
      }
    }
    return folder;
  }

  private static boolean isPrivate(Path folder, UserPrincipal me) throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return found.isDirectory()
        && found.owner().equals(me)
        && OWNER_ONLY.equals(found.permissions());
  }
}
