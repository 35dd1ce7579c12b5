package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** What is checked before PyTorch starts, and what is said if it does not. */
class EngineStartTest {
  @TempDir Path folder;

  @Test
  void fijisJnaIsGood() {
    JnaCheck.check(Engine.class.getClassLoader());
  }

  /** jna up to 4 had loadLibrary only. */
  @Test
  void anOldJnaIsRefusedByItsFile() throws Exception {
    Path jar = oldJna();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      InputException e = assertThrows(InputException.class, () -> JnaCheck.check(loader));
      String sentence = e.getMessage();
      assertTrue(sentence.contains(jar.toString()), sentence);
      assertTrue(sentence.contains("3.5.2"), sentence);
      PlainSentence.check(sentence);
    }
    try (URLClassLoader loader = new URLClassLoader(new URL[0], null)) {
      InputException e = assertThrows(InputException.class, () -> JnaCheck.check(loader));
      PlainSentence.check(e.getMessage());
    }
  }

  /** As from a temporary folder of a cluster from which nothing may be run. */
  @Test
  void aJnaThatCannotRunItsLibraryIsToldInASentence() throws Exception {
    URL jar = Native.class.getProtectionDomain().getCodeSource().getLocation();
    System.setProperty("jna.nosys", "true");
    System.setProperty("jna.nounpack", "true");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, null)) {
      InputException e = assertThrows(InputException.class, () -> JnaCheck.check(loader));
      assertTrue(e.getMessage().contains("jna.tmpdir"), e.getMessage());
      PlainSentence.check(e.getMessage());
    } finally {
      System.clearProperty("jna.nosys");
      System.clearProperty("jna.nounpack");
    }
  }

  private Path oldJna() throws IOException {
    Path source = folder.resolve("Native.java");
    Files.writeString(
        source,
        "package com.sun.jna;\n"
            + "public class Native {\n"
            + "  public static Object loadLibrary(String name, Class type) { return null; }\n"
            + "}\n");
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-nowarn", "-d", folder.toString(), source.toString());
    assertEquals(0, code);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "3.5.2");
    Path jar = folder.resolve("old.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      String name = "com/sun/jna/Native.class";
      entries.putNextEntry(new ZipEntry(name));
      Files.copy(folder.resolve(name), entries);
    }
    return jar;
  }

  @ParameterizedTest
  @CsvSource({
    "Mac OS X, x86_64,, Offline mode is enabled., Apple chip",
    "Windows 11, amd64,, djl_torch.dll: Can't find dependent libraries, Visual C++",
    "Linux, amd64,, Offline mode is enabled., update site",
    "Linux, riscv64,, Offline mode is enabled., riscv64",
    "Linux, amd64,, version `GLIBC_2.28' not found, glibc 2.28",
    "Linux, amd64,, libc10.so: failed to map segment from shared object, DJL_CACHE_DIR",
    "Linux, amd64,, No space left on device, DJL_CACHE_DIR",
    "Linux, amd64,, Native Library x.so already loaded in another classloader, start Fiji again",
    "Linux, amd64, /opt/torch/lib, libcudart.so.12: cannot open shared object file, /opt/torch/lib",
    "Linux, amd64,, something new, something new"
  })
  void saysWhatToDo(String os, String arch, String path, String told, String expected) {
    Throwable failure = new EngineException("Failed to load", new UnsatisfiedLinkError(told));
    String sentence = StartFailure.sentence(os, arch, path, failure);
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(expected), sentence);
  }

  @Test
  void evenAFailureWithoutAMessageIsASentence() {
    PlainSentence.check(
        StartFailure.sentence("Linux", "amd64", null, new EngineException("", new Error())));
  }

  @Test
  void looksWhatBuildAFolderHolds() throws IOException {
    Path none = Files.createDirectory(folder.resolve("none"));
    Path cpu = Files.createDirectory(folder.resolve("cpu"));
    Path cuda = Files.createDirectory(folder.resolve("cuda"));
    for (Path lib : List.of(cpu, cuda)) {
      Files.createFile(lib.resolve(System.mapLibraryName("torch")));
    }
    Files.createFile(cuda.resolve(System.mapLibraryName("torch_cuda")));
    assertEquals("cpu", LibraryPath.flavour(cpu.toString()));
    assertEquals("cu128", LibraryPath.flavour(none + File.pathSeparator + cuda));
    assertEquals("cpu", LibraryPath.flavour(cpu + File.pathSeparator + cuda));
    assertNull(LibraryPath.flavour(none.toString()));
    assertNull(LibraryPath.flavour(""));
    assertNull(LibraryPath.flavour("\0"));
  }

  @Test
  void knowsTheProcessor() {
    assertEquals(
        List.of("amx", "avx2", "avx512", "bf16"),
        CpuFeatures.parse(
            List.of("processor : 0", "flags\t\t: fpu avx2 avx512f avx512_bf16 amx_tile")));
    assertEquals(List.of("bf16", "sve"), CpuFeatures.parse(List.of("Features : fp bf16 sve")));
    assertEquals(List.of("avx2"), CpuFeatures.parse(List.of("flags : avx2", "flags : avx512f")));
    assertEquals(List.of(), CpuFeatures.parse(List.of()));
  }
}
