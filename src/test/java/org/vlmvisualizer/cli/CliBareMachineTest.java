package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;

/** The command line in containers and on the nodes of clusters: no fonts, locale or home. */
@EnabledOnOs(OS.LINUX)
class CliBareMachineTest {
  private static final Map<String, String> POSIX = Map.of("LC_ALL", "C");
  private static final String GREEK = "Τί βλέπεις; 什么";

  @TempDir Path folder;

  private JavaProcess run(List<String> jvm, Map<String, String> variables, String... options)
      throws Exception {
    return JavaProcess.run(
        jvm,
        JavaProcess.classPath(),
        AttentionCli.class.getName(),
        CliRun.arguments(folder, options),
        variables);
  }

  private TreeSet<String> names(String results) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(results))) {
      TreeSet<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  /** What this home has of native libraries stays in use: to unpack them takes long. */
  private static List<String> jvm(String home) {
    Path engines = Path.of(System.getProperty("user.home"), ".djl.ai");
    return List.of("-Duser.home=" + home, "-DDJL_CACHE_DIR=" + engines);
  }

  /** In another home, since Java remembers which fonts there are. */
  @Test
  void withoutFontsAllButThePicturesWithTextIsWritten() throws Exception {
    Path fonts = Files.writeString(folder.resolve("fonts.conf"), "<fontconfig></fontconfig>");
    Map<String, String> none = Map.of("FONTCONFIG_FILE", fonts.toString());
    Path earlier = Files.createDirectory(folder.resolve("results")).resolve("montage.png");
    Files.writeString(earlier, "of an earlier run");
    JavaProcess run = run(jvm(folder.toString()), none);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("Java cannot draw text here"));
    PlainSentence.check(run.err());
    assertEquals(1, run.out().lines().count());
    run(List.of(), Map.of(), "--output", folder.resolve("whole").toString());
    TreeSet<String> expected = names("whole");
    assertTrue(expected.removeAll(List.of("attention-ratio.png", "montage.png")));
    assertEquals(expected, names("results"));
    String json = Files.readString(folder.resolve("results/run.json"));
    assertFalse(json.contains("montage.png"));
  }

  @Test
  void withoutFontsMethodsAreComparedAllTheSame() throws Exception {
    Path fonts = Files.writeString(folder.resolve("fonts.conf"), "<fontconfig></fontconfig>");
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Path.of("src/main/resources/demo-images/page.png"), pictures.resolve("page.png"));
    List<String> arguments =
        CliRun.arguments(folder, "--image", pictures.toString(), "--methods", "language");
    arguments.add("--compare");
    JavaProcess run =
        JavaProcess.run(
            jvm(folder.toString()),
            JavaProcess.classPath(),
            AttentionCli.class.getName(),
            arguments,
            Map.of("FONTCONFIG_FILE", fonts.toString()));
    assertEquals(0, run.exitCode(), run.err());
    PlainSentence.check(run.err().lines().findFirst().orElse(""));
    assertTrue(names("results").contains("comparison.csv"), names("results").toString());
    assertEquals(new TreeSet<>(Set.of("scores.json")), names("results/page-png"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--prompt", "--output", "--image", "--model"})
  void inThePosixLocaleAnArgumentInOtherLettersIsRefused(String option) throws Exception {
    String value = option.equals("--output") ? folder.resolve(GREEK).toString() : GREEK;
    JavaProcess run = run(List.of(), POSIX, option, value);
    assertEquals(1, run.exitCode());
    PlainSentence.check(run.err());
    assertTrue(run.err().contains("LC_ALL=C.UTF-8"), run.err());
    assertEquals("", run.out());
    assertFalse(Files.exists(folder.resolve("results")));
  }

  /** As Java names such a folder. */
  @ParameterizedTest
  @ValueSource(strings = {"user.dir", "java.io.tmpdir"})
  void inThePosixLocaleACurrentOrTemporaryFolderInOtherLettersIsRefused(String property)
      throws Exception {
    JavaProcess run = run(List.of("-D" + property + "=/\ufffd\ufffd"), Map.of());
    assertEquals(1, run.exitCode());
    PlainSentence.check(run.err());
  }

  /** Containers may be read-only as a whole. */
  @Test
  void withoutATemporaryFolderThereIsASentence() throws Exception {
    List<String> jvm = new ArrayList<>(jvm(System.getProperty("user.home")));
    jvm.add("-Djava.io.tmpdir=" + folder.resolve("none"));
    JavaProcess run = run(jvm, Map.of());
    assertEquals(1, run.exitCode());
    PlainSentence.check(run.err().replace(folder.toString(), ""));
    assertTrue(run.err().contains("there is no " + folder.resolve("none")), run.err());
    assertEquals(Set.of(), names(""));
  }

  @Test
  void inThePosixLocaleAPictureInOtherLettersIsARowWithItsReason() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(CliRun.GOLDEN.resolve("picture.png"), pictures.resolve("plain.png"));
    Files.copy(CliRun.GOLDEN.resolve("picture.png"), pictures.resolve(GREEK + ".png"));
    JavaProcess run = run(List.of(), POSIX, "--image", pictures.toString());
    assertEquals(1, run.exitCode());
    PlainSentence.check(run.err());
    assertTrue(run.err().contains("LC_ALL=C.UTF-8"), run.err());
    assertTrue(run.out().startsWith("plain.png"), run.out());
    assertEquals(1, run.out().lines().count());
    assertTrue(names("results").contains("plain-png"));
  }

  @Test
  void inThePosixLocaleTheAnswerIsPrintedWhole() throws Exception {
    JavaProcess run = run(List.of(), POSIX);
    assertEquals("", run.err());
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("results/run.json")))
            .getAsJsonObject();
    assertEquals(json.get("answer").getAsString(), run.out().strip());
  }

  @Test
  void withoutAHomeTheTemporaryFolderHoldsTheCaches() throws Exception {
    Path missing = folder.resolve("no/home");
    cachesAreInTheTemporaryFolder(missing.toString());
    assertFalse(Files.exists(missing.getParent()));
  }

  /** What Java says where the system knows of no home. */
  @Test
  void anUnknownHomeIsNoFolderOfThatName() throws Exception {
    cachesAreInTheTemporaryFolder("?");
    assertFalse(Files.exists(Path.of("?")));
  }

  private void cachesAreInTheTemporaryFolder(String home) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    List<String> jvm = new ArrayList<>(jvm(home));
    jvm.add("-Djava.io.tmpdir=" + temporary);
    JavaProcess run = run(jvm, Map.of(), "--model", "demo");
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
    assertEquals(1, names("tmp").size(), names("tmp").toString());
    Path standIn = temporary.resolve(names("tmp").first());
    assertTrue(Files.exists(standIn.resolve(".cache/vlm-visualizer/demo/model.safetensors")));
  }
}
