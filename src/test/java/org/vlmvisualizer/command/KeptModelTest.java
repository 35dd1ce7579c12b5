package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.Prefs;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Cancelable;
import org.scijava.command.Command;
import org.scijava.command.CommandService;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ask.ModelKeeper;

/** All commands of a session share a model, which Engine tells of and releases. */
class KeptModelTest {
  private final CommandRuns runs = new CommandRuns();
  private final ModelKeeper keeper = ModelKeeper.ofThisSession();
  private final double minutes = ModelKeeper.minutes();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
    Prefs.set("vlmvisualizer.keep.minutes", minutes);
  }

  private String ask() throws Exception {
    CommandRuns.assertDone(runs.run("image", CommandRuns.picture()));
    return LastResult.of(null).run().get("loaded").getAsString();
  }

  /** Why it was refused, or null. */
  private String run(Class<? extends Command> command, Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    Object ran =
        runs.context
            .service(CommandService.class)
            .run(command, true, inputs)
            .get()
            .getDelegateObject();
    return ((Cancelable) ran).getCancelReason();
  }

  private static String told(String name) {
    ResultsTable table = Analyzer.getResultsTable();
    for (int row = 0; row < table.size(); row++) {
      if (table.getStringValue("name", row).equals(name)) {
        return table.getStringValue("value", row);
      }
    }
    return "";
  }

  @Test
  void allCommandsShareIt() throws Exception {
    assertEquals("for this question", ask());
    assertEquals("before this question", ask());
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Path.of("src/main/resources/demo-images/page.png"), pictures.resolve("page.png"));
    Path results = folder.resolve("results");
    assertNull(
        run(
            AttentionInFolder.class,
            "model",
            CommandRuns.MODEL,
            "length",
            3,
            "folder",
            pictures.toFile(),
            "output",
            results.toFile()));
    JsonObject run =
        JsonParser.parseString(Files.readString(results.resolve("page-png/run.json")))
            .getAsJsonObject();
    assertEquals("before this question", run.get("loaded").getAsString());
    assertEquals(0, run.getAsJsonObject("seconds").get("load").getAsDouble());
  }

  @Test
  void engineTellsOfItAndReleasesIt() throws Exception {
    ask();
    assertNull(run(EngineInfo.class, "device", "cpu"));
    String told = told("Loaded model");
    assertTrue(told.contains("llama-mha"), told);
    assertTrue(told.contains("float32 on cpu, "), told);
    assertTrue(told.contains(" GB. It is given back after 10 minutes"), told);
    assertNull(run(EngineInfo.class, "action", "release"));
    assertTrue(told("Loaded model").startsWith("none"), told("Loaded model"));
    assertFalse(keeper.isLoaded());
    assertEquals("for this question", ask());
  }

  @Test
  void theMinutesAreSet() throws Exception {
    assertNull(run(EngineInfo.class, "minutes", "30"));
    ask();
    assertTrue(keeper.report().contains("after 30 minutes"), keeper.report());
    assertNull(run(EngineInfo.class, "minutes", "0"));
    ask();
    assertFalse(keeper.isLoaded());
    for (String wrong : new String[] {"-1", "1441", "ten", "1.5"}) {
      PlainSentence.check(run(EngineInfo.class, "minutes", wrong));
    }
    PlainSentence.check(run(EngineInfo.class, "action", "burn"));
  }

  @Test
  void goesWithItsImageJ() throws Exception {
    ask();
    assertTrue(keeper.isLoaded());
    runs.context.dispose();
    assertFalse(keeper.isLoaded());
  }
}
