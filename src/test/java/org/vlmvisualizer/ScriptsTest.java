package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts do on a Linux where something is missing: this one, seen through few tools. */
@EnabledOnOs(OS.LINUX)
class ScriptsTest {
  @TempDir Path folder;
  private Path bin;

  @BeforeEach
  void toolsOfABareMachine() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool :
        List.of("bash", "dirname", "readlink", "uname", "ldd", "locale", "grep", "head")) {
      Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
    }
    Files.createSymbolicLink(
        bin.resolve("javac"), Path.of(System.getProperty("java.home"), "bin", "javac"));
    tool("fc-list", "echo a font");
    tool("shellcheck", "");
    tool("apt-get", "echo \"$@\" >> " + installed());
    tool("id", "echo 1000");
  }

  private Path installed() {
    return folder.resolve("installed");
  }

  private void tool(String name, String does) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/bash\n" + does + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Standard error of a command that fails, or standard output of one that does not. */
  private String bash(int exitCode, Map<String, String> variables, String... arguments)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder("/bin/bash");
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().putAll(variables);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes());
    String err = new String(process.getErrorStream().readAllBytes());
    assertEquals(exitCode, process.waitFor(), out + err);
    return exitCode == 0 ? out : err;
  }

  private String refusal() throws Exception {
    long start = System.nanoTime();
    String sentence = bash(1, Map.of(), "scripts/test");
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void whoMayNotInstallIsToldWhatToInstall() throws Exception {
    String sentence = refusal();
    assertTrue(sentence.contains("(Xvfb)"), sentence);
    assertTrue(sentence.contains("apt-get install xvfb'"), sentence);
    assertTrue(sentence.contains("dnf install xorg-x11-server-Xvfb'"), sentence);
    assertFalse(Files.exists(installed()));
  }

  @Test
  void everythingThatIsMissingIsNamedAtOnce() throws Exception {
    Files.delete(bin.resolve("javac"));
    Files.delete(bin.resolve("fc-list"));
    Files.delete(bin.resolve("locale"));
    tool("locale", "echo C");
    String sentence = refusal();
    for (String part : List.of("a JDK, 17", "Xvfb", "fonts", "UTF-8", "openjdk", "dejavu")) {
      assertTrue(sentence.contains(part), sentence);
    }
  }

  @Test
  void anOldJdkIsNone() throws Exception {
    Files.delete(bin.resolve("javac"));
    tool("javac", "echo javac 11.0.2");
    assertTrue(refusal().contains("a JDK, 17 or newer"));
  }

  /** This apt installs nothing, which the script sees. */
  @Test
  void rootGetsItInstalled() throws Exception {
    tool("id", "echo 0");
    assertTrue(refusal().contains("(Xvfb)"));
    assertEquals(
        List.of("update -qq", "install -y -qq --no-install-recommends xvfb"),
        Files.readAllLines(installed()));
  }

  /** A checkout whose plugin is built, and a Java that notes how it is called. */
  private Path checkout(String whatJavaDoes) throws IOException {
    for (String tool : List.of("find", "mktemp", "mv", "rm")) {
      Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
    }
    tool("java", "echo \"$@\" >> " + calls() + "; " + whatJavaDoes);
    Path root = Files.createDirectory(folder.resolve("checkout"));
    Files.createDirectories(root.resolve("src/main"));
    Files.createDirectories(root.resolve("target"));
    Files.createDirectory(root.resolve("scripts"));
    Files.createFile(root.resolve("pom.xml"));
    for (String script : List.of("attention", "class-archive", "utf8-locale")) {
      Files.copy(Path.of("scripts", script), root.resolve("scripts").resolve(script));
    }
    Path jar = Files.createFile(root.resolve("target/vlm-visualizer.jar"));
    for (Path file : List.of(root.resolve("pom.xml"), root.resolve("src/main"), jar)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    }
    return root.resolve("scripts/attention");
  }

  private Path calls() {
    return folder.resolve("calls");
  }

  /** The calls of Java by a start, of which the last answers. */
  private List<String> start(Path script) throws Exception {
    Files.deleteIfExists(calls());
    bash(0, Map.of(), script.toString(), "--image", "two words.png");
    return Files.readAllLines(calls());
  }

  private static final String DUMPS =
      "for a; do case $a in -XX:SharedArchiveFile=*.jsa) ;; -XX:SharedArchiveFile=*) echo classes > \"${a#*=}\";; esac; done";

  @Test
  void classesAreArchivedOnceAndThenUsed() throws Exception {
    Path script = checkout(DUMPS);
    List<String> first = start(script);
    assertEquals(3, first.size(), first.toString());
    assertTrue(first.get(0).contains("-XX:DumpLoadedClassList="), first.get(0));
    assertTrue(first.get(1).contains("-Xshare:dump"), first.get(1));
    assertTrue(first.get(2).matches(".* -XX:SharedArchiveFile=\\S+/target/\\S+\\.jsa .*"));
    assertTrue(first.get(2).endsWith("vlm-visualizer.jar --image two words.png"), first.get(2));
    assertEquals(List.of(first.get(2)), start(script));
    try (Stream<Path> left = Files.list(script.getParent().resolveSibling("target"))) {
      assertEquals(2, left.count());
    }
  }

  @Test
  void whereClassesCannotBeArchivedJavaStartsWithoutAndDoesNotTryAgain() throws Exception {
    Path script = checkout("case $* in *DumpLoadedClassList*) exit 1;; esac");
    List<String> first = start(script);
    assertEquals(2, first.size(), first.toString());
    assertFalse(first.get(1).contains("SharedArchiveFile"), first.get(1));
    assertEquals(List.of(first.get(1)), start(script));
  }

  @Test
  void thePosixLocaleGivesWayToUtf8AndNoOtherDoes() throws Exception {
    String print = "set -euo pipefail; . scripts/utf8-locale; echo ${LC_ALL:-unset}";
    String utf8 = bash(0, Map.of(), "-c", print).strip();
    assertTrue(utf8.matches("(?i)\\S+\\.utf-?8"), utf8);
    assertEquals(utf8, bash(0, Map.of("LC_ALL", utf8), "-c", print).strip());
    Files.delete(bin.resolve("locale"));
    tool("locale", "[ $1 = -a ] && echo C || echo ANSI_X3.4-1968");
    assertEquals("unset", bash(0, Map.of(), "-c", print).strip());
  }
}
