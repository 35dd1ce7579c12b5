package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.compare.ComparedFolder;

/** Comparing methods from the command line. */
class CliCompareTest {
  @TempDir Path folder;
  private Path pictures;
  private Path results;

  @BeforeEach
  void write() throws Exception {
    pictures = ComparedFolder.write(folder.resolve("pictures"));
    results = folder.resolve("results");
    for (String name : List.of("cells-1", "page-2")) {
      Files.delete(pictures.resolve(name + ".png"));
    }
  }

  private List<String> arguments(String... options) {
    List<String> all = CliRun.arguments(folder, options);
    put(all, "--model", "demo", options);
    put(all, "--image", pictures.toString(), options);
    put(all, "--prompt", "What is in the image?", options);
    put(all, "--length", "24", options);
    all.add("--compare");
    return all;
  }

  private static void put(List<String> all, String key, String value, String... options) {
    if (!List.of(options).contains(key)) {
      all.set(all.indexOf(key) + 1, value);
    }
  }

  @Test
  void writesTablesAndGoesOn() throws Exception {
    String[] options = {"--methods", "language,tam", "--faithfulness", "off"};
    CliRun run = CliRun.of(arguments(options));
    assertEquals("", run.err());
    assertEquals("", run.printed());
    assertEquals(0, run.exitCode());
    assertEquals(
        "2 of 2 pictures compared: %s".formatted(results.resolve("comparison.csv")),
        run.out().strip());
    Map<String, String> before = ComparedFolder.times(results);
    assertEquals(2, before.size());
    List<String> table = ComparedFolder.withoutSeconds(results);
    assertEquals(0, CliRun.of(arguments(options)).exitCode());
    assertEquals(before, ComparedFolder.times(results));
    assertEquals(table, ComparedFolder.withoutSeconds(results));
    List<String> again = arguments(options);
    again.add("--again");
    assertEquals(0, CliRun.of(again).exitCode());
    assertNotEquals(before, ComparedFolder.times(results));
    assertEquals(table, ComparedFolder.withoutSeconds(results));
  }

  /** In a home of its own: the heads are kept there for the model. */
  @Test
  void headsThatWereChosenMostOftenAreThoseThatAreStored() throws Exception {
    List<String> compared =
        arguments("--methods", "language,localization-heads", "--faithfulness", "off");
    assertEquals(0, atHome(compared).exitCode());
    String chosen = json("comparison.json").get("localization_heads").getAsString();
    assertTrue(chosen.matches("\\d+\\.\\d+(,\\d+\\.\\d+){2}"), chosen);
    List<String> asked = arguments("--image", pictures.resolve("page-1.png").toString());
    asked.remove("--compare");
    asked.addAll(List.of("--method", "localization-heads", "--localization", "stored"));
    JavaProcess run = atHome(asked);
    assertEquals(0, run.exitCode(), run.err());
    JsonArray read = json("run.json").getAsJsonArray("localization_heads");
    assertTrue(read.size() > 1);
    read.forEach(heads -> assertEquals(chosen, heads.getAsString()));
  }

  private JavaProcess atHome(List<String> arguments) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path engines = Path.of(System.getProperty("user.home"), ".djl.ai");
    return JavaProcess.run(
        List.of("-Duser.home=" + home, "-DDJL_CACHE_DIR=" + engines),
        AttentionCli.class,
        arguments);
  }

  private JsonObject json(String file) throws Exception {
    return JsonParser.parseString(Files.readString(results.resolve(file))).getAsJsonObject();
  }

  @Test
  void aBrokenPictureIsToldOnTheOtherStream() throws Exception {
    Files.writeString(pictures.resolve("broken.png"), "This is no picture.");
    CliRun run = CliRun.of(arguments("--methods", "language", "--faithfulness", "off"));
    assertEquals(1, run.exitCode());
    assertTrue(run.out().startsWith("2 of 3 pictures compared"), run.out());
    assertTrue(run.err().startsWith("broken.png: "), run.err());
    PlainSentence.check(run.err());
    assertEquals("", run.printed());
  }

  @Test
  void wrongOptionsAreRefusedBeforeAnyWork() throws Exception {
    assertTrue(refused("--methods", "language,magic").contains("'magic'"));
    assertTrue(refused("--steps", "1").contains("found 1"));
    assertTrue(refused("--faithfulness", "maybe").contains("'maybe'"));
    assertTrue(refused("--roi", "0,0,9,9").contains("--roi"));
    assertTrue(refused("--turn", "next").contains("--turn"));
    Path one = pictures.resolve("page-1.png");
    assertTrue(refused("--image", one.toString()).contains("a folder with pictures"));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertTrue(refused("--image", empty.toString()).contains("found none in"));
    List<String> two = arguments();
    two.addAll(List.of("--prompt", "And?"));
    assertTrue(CliRun.refusal(1, folder, two).contains("found 1 and 2"));
  }

  private String refused(String... options) throws Exception {
    return CliRun.refusal(1, folder, arguments(options));
  }
}
