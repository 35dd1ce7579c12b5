package org.vlmvisualizer.updatesite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar that gets another name as a module, and is otherwise what it was. */
class ModuleNameTest {
  private static final Path ORIGINAL = Path.of("target", "dependency", "pickle-1.5.jar");

  @TempDir Path folder;

  private Path named(String file) throws IOException {
    Path jar = folder.resolve(file);
    Files.copy(ORIGINAL, jar);
    ModuleName.set(jar, "some.name");
    return jar;
  }

  @Test
  void changesTheManifestAlone() throws IOException {
    Path jar = named("a.jar");
    List<String> entries = entries(jar);
    assertEquals(entries(ORIGINAL), entries);
    try (JarFile file = new JarFile(jar.toFile(), true)) {
      var attributes = file.getManifest().getMainAttributes();
      assertEquals("some.name", attributes.getValue("Automatic-Module-Name"));
    }
  }

  /**
   * How each entry is stored: name, time, checksum, sizes; of the manifest, the time alone. Sorted.
   */
  private static List<String> entries(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(
              entry -> {
                String stored =
                    entry.getName().equals(JarFile.MANIFEST_NAME)
                        ? ""
                        : " %08x %d of %d, %d"
                            .formatted(
                                entry.getCrc(),
                                entry.getCompressedSize(),
                                entry.getSize(),
                                entry.getMethod());
                return entry.getName() + " " + entry.getTime() + stored;
              })
          .sorted()
          .toList();
    }
  }

  @Test
  void givesTheSameBytesAgain() throws Exception {
    byte[] first = Files.readAllBytes(named("a.jar"));
    Thread.sleep(2100); // times in a jar are of two seconds
    assertArrayEquals(first, Files.readAllBytes(named("b.jar")));
  }

  @Test
  void refusesASignedJar() throws IOException {
    Files.createDirectories(folder.resolve("signed/META-INF"));
    Files.writeString(folder.resolve("signed/META-INF/A.SF"), "Signature-Version: 1.0\n");
    Path jar = StagedSite.jar(folder.resolve("a.jar"), folder.resolve("signed"), file -> true);
    byte[] before = Files.readAllBytes(jar);
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> ModuleName.set(jar, "some.name"));
    assertTrue(refusal.getMessage().contains("is signed"), refusal.getMessage());
    assertArrayEquals(before, Files.readAllBytes(jar));
  }
}
