package org.vlmvisualizer.updatesite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scijava.util.FileUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXParseException;

/** What a Fiji gets, the checks of it, and the site in the updater's format. */
class UpdateSiteTest {
  private static final Path DEPENDENCIES = Path.of("target", "dependency");

  @TempDir Path folder;
  private Path stage;

  @BeforeEach
  void lay() throws IOException {
    stage = folder.resolve("Fiji");
    Stage laid = new Stage(StagedSite.list(), stage);
    laid.addPlugin(StagedSite.pluginJar(folder.resolve("plugin.jar")), "1.0.0");
    // Without PyTorch itself, which takes its time to copy; an empty jar stands for it.
    laid.addLibraries(
        Stage.jars(DEPENDENCIES).stream()
            .filter(jar -> !jar.getFileName().toString().startsWith("pytorch-native"))
            .toList());
    for (String classifier : Stage.PLATFORMS.values()) {
      Path natives = folder.resolve("pytorch-native-cpu-2.7.1-" + classifier + ".jar");
      laid.addLibraries(List.of(StagedSite.nativesJar(natives, folder, classifier)));
    }
  }

  private List<String> faults() throws IOException {
    return new StageCheck(StagedSite.list(), stage)
        .faults(Stage.jars(DEPENDENCIES), Stage.PLATFORMS.keySet());
  }

  @Test
  void whatIsStagedHasNoFault() throws IOException {
    assertEquals(List.of(), faults());
    List<String> files = Stage.files(stage);
    for (String platform : Stage.PLATFORMS.keySet()) {
      assertTrue(files.contains("jars/" + platform + "/pytorch-native-cpu-2.7.1.jar"), platform);
    }
    assertTrue(files.contains("jars/vlm-visualizer-1.0.0.jar"));
    assertTrue(files.stream().noneMatch(file -> file.contains("picocli")));
  }

  @Test
  void theListIsThatOfThisParent() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    assertTrue(pom.contains("<version>" + StagedSite.list().parent() + "</version>"));
    for (String own : List.of("ij", "gson", "jna", "slf4j-api", "commons-io", "imglib2")) {
      assertTrue(StagedSite.list().has(own), own);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "jars/gson-2.13.1.jar, shadow",
    "jars/scijava-common-2.99.0.jar, shadow",
    "jars/linux64/jna-5.17.0.jar, shadow",
    "plugins/pickle-1.5.jar, no place",
    "jars/solaris/pytorch-native-cpu-2.7.1.jar, no place",
    "jars/pickle-copy-1.5.jar, is in both"
  })
  void findsWhatWouldBreakAFiji(String file, String fault) throws IOException {
    Path target = stage.resolve(file);
    Files.createDirectories(target.getParent());
    Files.copy(stage.resolve("jars/pickle-1.5.jar"), target);
    assertTrue(faults().stream().anyMatch(f -> f.contains(fault)), faults().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/apache/spark/SparkConf",
        "org/apache/hadoop/fs/FileSystem",
        "org/vlmvisualizer/spark/AttentionSpark",
        "scala/Option"
      })
  void findsWhatIsForClusters(String type) throws IOException {
    Path classes = folder.resolve("classes");
    Path file = classes.resolve(type + ".class");
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[0]);
    StagedSite.jar(stage.resolve("jars/more-1.0.jar"), classes, any -> true);
    assertEquals(
        List.of("more-1.0.jar has %s.class, which is for clusters.".formatted(type)), faults());
  }

  @Test
  void findsAnotherVersionThanFijis() throws IOException {
    FijiJars other = new FijiJars("45.0.0", Map.of("gson", "3.0.0"));
    List<String> faults = new StageCheck(other, stage).faults(Stage.jars(DEPENDENCIES), List.of());
    assertTrue(
        faults.contains("gson was built with version 2.10.1, but Fiji has 3.0.0."),
        faults.toString());
  }

  @Test
  void findsAPlatformWithoutPyTorchAndAnIndexWithHoles() throws IOException {
    Path jar = stage.resolve("jars/vlm-visualizer-1.0.0.jar");
    Files.delete(jar);
    StagedSite.jar(jar, Path.of("target", "classes"), file -> !file.equals(StageCheck.INDEX));
    List<String> faults =
        new StageCheck(StagedSite.list(), stage)
            .faults(Stage.jars(DEPENDENCIES), List.of("win-arm64"));
    assertEquals(2, faults.size(), faults.toString());
    assertEquals("PyTorch is missing for win-arm64.", faults.get(0));
    assertTrue(faults.get(1).contains("lists [] instead of ["), faults.get(1));
    assertTrue(faults.get(1).contains("org.vlmvisualizer.command.ShowAttention"), faults.get(1));
  }

  @Test
  void fijiStartsWithWhatIsStaged() throws IOException {
    assertEquals(List.of(), FijiLaunch.faults(stage, Stage.PLATFORMS.keySet()));
  }

  @Test
  void findsAJarThatWouldKeepFijiFromStarting() throws IOException {
    for (String platform : List.of("linux64", "win64")) {
      Path jar = stage.resolve("jars/" + platform + "/pytorch-native-cpu-2.7.1.jar");
      StagedSite.nativesJar(jar, folder, Stage.PLATFORMS.get(platform));
    }
    StagedSite.jar(
        stage.resolve("jars/macos-arm64/pytorch-native-cpu-2.7.1.jar"), folder, file -> false);
    List<String> faults =
        FijiLaunch.faults(stage, List.of("linux64", "win64", "macos-arm64", "linux-arm64"));
    assertEquals(3, faults.size(), faults.toString());
    assertTrue(faults.get(0).startsWith("Fiji would not start on linux64: "), faults.get(0));
    assertTrue(faults.get(0).contains("ai.djl.pytorch_native_cpu_linux-x86_64"), faults.get(0));
    assertTrue(faults.get(1).contains("ai.djl.pytorch_native_cpu_win-x86_64"), faults.get(1));
    assertTrue(faults.get(2).contains("'native' is not a Java identifier"), faults.get(2));
  }

  /** Figures of imagej-updater itself (UpdaterUtil.getDigest, commit ea5f12e). */
  @ParameterizedTest
  @CsvSource({
    "pickle-1.5.jar, 94f156dc7fac69d8c0f0103fbeb7a01e8be6c10a",
    "api-0.35.1.jar, d1edc700629361df48cc456b0933f4ead1b90f25",
    "pytorch-engine-0.35.1.jar, f6b3c116ed795cf1900312e51e8dfa1f41340428",
    "pytorch-jni-2.7.1-0.35.1.jar, 7ff45a27352f998cf808fbcc5867b0ee7de03c33"
  })
  void checksumsAreThoseOfTheUpdater(String jar, String checksum) throws IOException {
    assertEquals(checksum, SiteChecksum.of("jars/" + jar, DEPENDENCIES.resolve(jar)));
  }

  @ParameterizedTest
  @CsvSource({
    "'#date|a=1|', '|a=1|'",
    "'a=#1|##x|b', 'a=#1||b'",
    "'#|#x|', '|#x|'",
    "'|#x|', '|#x|'",
    "'#x', ''"
  })
  void commentsOfPropertiesAreLeftOutAsTheUpdaterDoes(String text, String kept) {
    byte[] bytes = text.replace('|', '\n').getBytes(StandardCharsets.UTF_8);
    byte[] expected = kept.replace('|', '\n').getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(expected, SiteChecksum.withoutComments(bytes));
  }

  @Test
  void theSiteIsWhatTheUpdaterReads() throws Exception {
    Path site = folder.resolve("site");
    Files.createDirectories(site);
    new Site(stage, LocalDateTime.of(2026, 11, 23, 20, 15, 7)).write(site);
    NodeList plugins = parse(site.resolve("db.xml.gz")).getElementsByTagName("plugin");
    List<String> files = Stage.files(stage);
    assertEquals(files.size(), plugins.getLength());
    for (int i = 0; i < files.size(); i++) {
      Element plugin = (Element) plugins.item(i);
      String file = plugin.getAttribute("filename");
      assertEquals(files.get(i), file);
      Path uploaded = site.resolve(file + "-20261123201507");
      Element version = (Element) plugin.getElementsByTagName("version").item(0);
      assertEquals("20261123201507", version.getAttribute("timestamp"));
      assertEquals(Files.size(uploaded), Long.parseLong(version.getAttribute("filesize")));
      assertEquals(
          SiteChecksum.of(file, stage.resolve(file)), version.getAttribute("checksum"), file);
      assertEquals(
          file.split("/").length == 3 ? 1 : 0, plugin.getElementsByTagName("platform").getLength());
      // The updater knows a file by its name without the version.
      assertTrue(!FileUtils.stripFilenameVersion(file).matches(".*\\d\\.\\d.*"), file);
      checkDependencies(version, files);
    }
  }

  private static void checkDependencies(Element version, List<String> files) {
    NodeList dependencies = version.getElementsByTagName("dependency");
    for (int i = 0; i < dependencies.getLength(); i++) {
      String name = ((Element) dependencies.item(i)).getAttribute("filename");
      assertTrue(
          files.stream().anyMatch(file -> FileUtils.stripFilenameVersion(file).equals(name)), name);
    }
  }

  private static Document parse(Path database) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setValidating(true);
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new Strict());
    try (InputStream in = new GZIPInputStream(Files.newInputStream(database))) {
      return builder.parse(in);
    }
  }

  private static final class Strict implements ErrorHandler {
    @Override
    public void warning(SAXParseException e) throws SAXParseException {
      throw e;
    }

    @Override
    public void error(SAXParseException e) throws SAXParseException {
      throw e;
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXParseException {
      throw e;
    }
  }
}
