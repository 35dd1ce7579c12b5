package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The home folder, and what stands in for it where there is none. */
class UserCacheTest {
  @TempDir Path folder;
  private Path temporary;

  @BeforeEach
  void temporaryFolder() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  private Path home(String home) {
    return UserCache.home(home, temporary);
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void aHomeIsTakenAndNothingIsMade() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    assertEquals(home, home(home.toString()));
    assertEquals(0, count(home) + count(temporary));
    Files.createDirectories(home.resolve(".cache/vlm-visualizer"));
    assertEquals(home, home(home.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s/no/home", "?", "", "\0"})
  void withoutAHomeEveryStartTakesTheSameFolderOfTheUsersOwn(String name) throws IOException {
    String home = name.replace("%s", folder.toString());
    Path standIn = home(home);
    assertEquals(temporary, standIn.getParent());
    assertTrue(Files.isDirectory(standIn));
    assertEquals(standIn, home(home));
    assertEquals(1, count(temporary));
    assertFalse(Files.exists(folder.resolve("no")) || Files.exists(Path.of("?")));
  }

  /** Not even root can make a folder below a file. */
  @Test
  void aHomeThatCannotHoldTheCacheIsNone() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.writeString(home.resolve(".cache"), "mine");
    assertEquals(temporary, home(home.toString()).getParent());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseMayEnter() throws IOException {
    assertEquals("rwx------", permissions(home("?")));
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** Native code is loaded from there. */
  @ParameterizedTest
  @DisabledOnOs(OS.WINDOWS)
  @ValueSource(strings = {"open folder", "file", "link"})
  void whatOthersPlantedIsLeftAlone(String kind) throws IOException {
    Path name = home("?");
    Files.delete(name);
    Path target = Files.createDirectory(folder.resolve("theirs"));
    switch (kind) {
      case "file" -> Files.writeString(name, "theirs");
      case "link" -> Files.createSymbolicLink(name, target);
      default ->
          Files.createDirectory(
              name,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    Path standIn = home("?");
    assertNotEquals(name, standIn);
    assertEquals(temporary, standIn.getParent());
    assertEquals("rwx------", permissions(standIn));
    assertEquals(0, count(target));
  }

  @Test
  void withoutATemporaryFolderEitherItIsNamedAllTheSame() {
    Path missing = folder.resolve("missing");
    assertEquals(missing, UserCache.home("?", missing).getParent());
    assertFalse(Files.exists(missing));
  }
}
