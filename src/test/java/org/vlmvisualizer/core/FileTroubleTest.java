package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java's own message of most of these is the path alone. */
class FileTroubleTest {
  @TempDir Path folder;

  @Test
  void saysTheReason() {
    assertEquals("permission denied: /a", FileTrouble.reason(new AccessDeniedException("/a")));
    assertEquals(
        "permission denied: /a",
        FileTrouble.reason(new UncheckedIOException(new AccessDeniedException("/a"))));
    assertEquals(
        "No space left on device: /a",
        FileTrouble.reason(new FileSystemException("/a", null, "No space left on device")));
    assertEquals("its text is not UTF-8", FileTrouble.reason(new MalformedInputException(1)));
    assertEquals("EOF", FileTrouble.reason(new EOFException()));
    assertEquals("it broke off", FileTrouble.reason(new IOException("it broke off")));
  }

  @Test
  void saysItOfRealTrouble() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals("there is no " + folder.resolve("none"), reason(folder.resolve("none")));
    assertEquals(
        file + " exists already",
        FileTrouble.reason(assertThrows(IOException.class, () -> Files.createFile(file))));
    assertEquals(
        file + " is no folder",
        FileTrouble.reason(assertThrows(IOException.class, () -> Files.list(file).close())));
  }

  private static String reason(Path missing) {
    return FileTrouble.reason(assertThrows(IOException.class, () -> Files.size(missing)));
  }
}
