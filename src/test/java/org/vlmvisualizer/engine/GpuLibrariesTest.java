package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What an installed PyTorch needs to load, seen before it is loaded; with Java's own libraries. */
class GpuLibrariesTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "lib");

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsWhichLibrariesALibraryNeeds() throws IOException {
    List<String> needed = ElfFile.needed(JAVA.resolve("libjava.so"));
    assertTrue(needed.containsAll(List.of("libjvm.so", "libc.so.6")), needed.toString());
  }

  /** Of a file that was cut, or is none, at most an IOException. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aBrokenLibraryIsAnIoException() throws IOException {
    byte[] whole = Files.readAllBytes(JAVA.resolve("libjava.so"));
    for (int length : new int[] {0, 3, 63, 64, 200, 1000, whole.length / 2}) {
      Path cut = Files.write(folder.resolve("cut.so"), Arrays.copyOf(whole, length));
      assertThrows(IOException.class, () -> ElfFile.needed(cut), length + " bytes");
    }
    for (int at : new int[] {5, 32, 33, 36, 54, 56, 57, 72, 80, 96}) {
      byte[] wrong = whole.clone();
      wrong[at] ^= (byte) 0xff;
      Path file = Files.write(folder.resolve("wrong.so"), wrong);
      try {
        ElfFile.needed(file);
      } catch (IOException e) {
        continue;
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesTheLibraryThatIsMissing() throws IOException {
    List<Path> loaded = List.of(JAVA.resolve("libjava.so"));
    List<Path> withJvm = List.of(loaded.get(0), JAVA.resolve("server/libjvm.so"));
    Function<String, Boolean> withoutJvm = name -> !name.equals("libjvm.so");
    assertEquals(Optional.of("libjvm.so"), GpuLibraries.missing(loaded, loaded, withoutJvm));
    assertEquals(Optional.empty(), GpuLibraries.missing(loaded, withJvm, withoutJvm));
    // libjava.so does not need it, but libjvm.so does.
    Function<String, Boolean> withoutM = name -> !name.startsWith("libm.");
    assertEquals(Optional.of("libm.so.6"), GpuLibraries.missing(loaded, withJvm, withoutM));
    assertEquals(Optional.empty(), GpuLibraries.missing(loaded, loaded, withoutM));
  }

  /** b needs a, c needs b and d is nowhere to be had. */
  @Test
  void loadsLibrariesInWhateverOrderTheyNeedEachOther() {
    List<Path> order = List.of(Path.of("c.dll"), Path.of("b.dll"), Path.of("a.dll"));
    Set<String> loaded = new HashSet<>();
    GpuLibraries.loadAll(order, path -> load(path, loaded));
    assertEquals(Set.of("a.dll", "b.dll", "c.dll"), loaded);
    List<Path> more = new ArrayList<>(order);
    more.add(0, Path.of("d.dll"));
    UnsatisfiedLinkError e =
        assertThrows(
            UnsatisfiedLinkError.class,
            () -> GpuLibraries.loadAll(more, path -> load(path, new HashSet<>())));
    assertEquals("d.dll: no e.dll", e.getMessage());
  }

  private static boolean load(Path path, Set<String> loaded) {
    char name = path.toString().charAt(0);
    String needed = name == 'd' ? "e.dll" : (char) (name - 1) + ".dll";
    if (name != 'a' && !loaded.contains(needed)) {
      throw new UnsatisfiedLinkError("no " + needed);
    }
    return loaded.add(path.toString());
  }

  @Test
  void anInstallationIsWholeWithEveryFileOfItsList() throws IOException {
    GpuInstallation installation = new GpuInstallation(folder);
    assertFalse(installation.isWhole());
    Path library = installation.libraries().resolve("libtorch.so");
    Files.createDirectories(library.getParent());
    Files.write(library, new byte[3]);
    for (String list : List.of("", "x", "3", "4 torch/lib/libtorch.so", "3 gone.so", "3 \0")) {
      Files.writeString(folder.resolve(GpuInstallation.LIST), list);
      assertFalse(installation.isWhole(), list);
    }
    Files.writeString(folder.resolve(GpuInstallation.LIST), "3 torch/lib/libtorch.so\n");
    assertTrue(installation.isWhole());
    assertEquals(Optional.empty(), installation.failure());
    installation.setFailure("why");
    assertEquals(Optional.of("why"), installation.failure());
    assertTrue(installation.isWhole());
    installation.renew();
    assertEquals(Optional.empty(), installation.failure());
  }
}
