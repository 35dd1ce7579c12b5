package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.PluginService;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.shelf.ModelList;

/** The dialog of the command in a real ImageJ with a display, and a user who plays with it. */
class OptionsDialogTest {
  private static VirtualDisplay display;
  @TempDir Path home;

  @BeforeAll
  static void open() throws Exception {
    display = VirtualDisplay.start();
  }

  @AfterAll
  static void close() {
    display.close();
  }

  private Map<String, String> play(String... arguments) throws Exception {
    JavaProcess child =
        JavaProcess.run(
            List.of("-Xmx1g", "-Duser.home=" + home, "-Dplugins.dir=" + home),
            JavaProcess.classPath(),
            DialogChild.class.getName(),
            List.of(arguments),
            Map.of("DISPLAY", display.name(), "HF_HUB_CACHE", home.resolve("cache").toString()));
    assertEquals(0, child.exitCode(), child.err());
    Map<String, String> told = new LinkedHashMap<>();
    child
        .out()
        .lines()
        .filter(line -> line.contains(": "))
        .forEach(line -> told.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
    return told;
  }

  @Test
  void enterRunsWithWhatWasChosen() throws Exception {
    Path shot = home.resolve("dialog.png");
    Map<String, String> told = play("enter", CommandRuns.MODEL, shot.toString());
    assertEquals("true", told.get("closed"), told.toString());
    assertEquals("false", told.get("cancelled"), told.toString());
    assertEquals(CommandRuns.MODEL, told.get("model"));
    assertEquals("Which words?", told.get("prompt"));
    assertEquals("language", told.get("method"));
    assertEquals("3", told.get("length"));
    assertEquals("3", told.get("slices"));
    assertEquals("Which words?", told.get("remembered"));
    int height = ImageIO.read(shot.toFile()).getHeight();
    assertTrue(height < 500, "the everyday options fit on any screen: " + height);
    assertTrue(Files.exists(home.resolve("dialog-more.png")));
  }

  @Test
  void escapeRunsNothingAndSaysNothing() throws Exception {
    Path shot = home.resolve("dialog.png");
    Map<String, String> told = play("escape", "demo", shot.toString());
    assertEquals("true", told.get("closed"), told.toString());
    assertEquals("", told.get("reason"), "no box is shown");
    assertEquals("0", told.get("slices"));
    assertEquals("nothing", told.get("remembered"));
    assertEquals("page.png", told.get("about"));
    assertEquals("false", told.get("covers"), "the image that is asked about");
  }

  @Test
  void withoutAnImageASentenceComesInsteadOfTheDialog() throws Exception {
    Map<String, String> told = play("noimage", "demo");
    assertEquals("true", told.get("cancelled"), told.toString());
    assertTrue(told.get("told").contains("Open an image"), told.toString());
    PlainSentence.check(told.get("told"));
    assertEquals("", told.get("reason"), "SciJava shows no second box");
  }

  /** The window of models lists the demo, which stays, and a broken download, which may go. */
  @Test
  void modelsAreListedInAWindow() throws Exception {
    Path part = Files.createDirectories(home.resolve("cache/models--org--half/blobs"));
    Files.writeString(part.resolve("abc.incomplete"), "half");
    Map<String, String> told = play("models", "demo", home.resolve("models.png").toString());
    assertEquals(ModelList.runnable().size() + 1, Integer.parseInt(told.get("rows")));
    assertEquals("3.85 M", told.get("sorted"), "the smallest first");
    assertEquals("demo", told.get("used"), told.toString());
    assertEquals("true", told.get("left"), "Tab leaves the table");
    assertEquals("false", told.get("cut columns"));
    assertEquals("true", told.get("icon"), "ImageJ's icon");
    assertEquals("false", told.get("removable demo"));
    assertEquals("true", told.get("removable org/half"));
    assertTrue(Files.exists(home.resolve("models.png")));
  }

  @Test
  void aModelIsChosenInTheList() throws Exception {
    Map<String, String> told = play("list", "/no/such/folder");
    assertEquals("true", told.get("list closed"), told.toString());
    assertEquals("demo", told.get("model"), told.toString());
    assertEquals("3", told.get("slices"), told.toString());
  }

  /** The cost follows each choice, without loading a model; what is wrong is not told here. */
  @Test
  void theCostIsToldBeforeTheRun() throws Exception {
    Map<String, String> told = play("cost", "demo", home.resolve("cost.png").toString());
    assertEquals("Cost", told.get("note is"), "for readers of the screen");
    assertEquals("256 image tokens", told.get("first"), "the demo has not run here");
    assertEquals("28 image tokens", told.get("smolvlm"));
    assertEquals("4 image tokens", told.get("no tiles"));
    assertEquals("", told.get("no model"));
    String from = " (from the last run on this computer: cpu, float32)";
    String whole = "32 image tokens; 7 s until the first word, up to 6 s more for 12 tokens" + from;
    assertEquals(whole.replace("6 s", "40 s").replace("12 tokens", "64 tokens"), told.get("qwen"));
    assertEquals(whole.replace("6 s", "15 s"), told.get("fewer tokens"));
    assertEquals(whole, told.get("evidence"));
    assertEquals(
        whole.replace("32 image", "8 image").replace("7 s", "3 s"), told.get("less detail"));
    assertEquals("", told.get("no detail"));
    assertEquals(whole, told.get("full"));
    assertEquals(whole.replace("32 image", "54 image").replace("7 s", "10 s"), told.get("whole"));
    assertEquals(whole.replace("32 image", "108 image").replace("7 s", "25 s"), told.get("two"));
    assertEquals("", told.get("a file"), "which nobody reads before the run");
    assertEquals(told.get("whole"), told.get("one"));
    assertEquals("true", told.get("closed"), told.toString());
    assertEquals("true", told.get("same size"), told.toString());
    assertEquals("0", told.get("slices"), "nothing was asked");
  }

  @Test
  void whatIsSlowToTellHoldsNobodyUp() throws Exception {
    Map<String, String> told = play("slow");
    assertEquals("false", told.get("on the event thread"), told.toString());
    assertEquals("Optional[{one=b}]", told.get("answer"), told.toString());
  }

  /** What a command has no use for is no option of its dialog. */
  @Test
  void whatIsNotAskedForAreInputs() {
    try (Context context = new Context()) {
      CommandService commands = context.service(CommandService.class);
      for (VisualizerCommand command : List.of(new CompareMethods(), new AttentionInFolder())) {
        CommandInfo info = commands.getCommand(command.getClass());
        assertFalse(command.unasked().isEmpty());
        command.unasked().forEach(name -> assertNotNull(info.getInput(name), name));
      }
    }
  }

  @Test
  void asksBetweenWhatReadsMacrosAndWhatSciJavaWouldAsk() {
    try (Context context = new Context()) {
      List<String> order =
          context.service(PluginService.class).getPluginsOfType(PreprocessorPlugin.class).stream()
              .map(info -> info.getClassName().replaceAll(".*\\.", ""))
              .toList();
      int here = order.indexOf("OptionsHarvester");
      assertTrue(order.indexOf("MacroDefaults") < here, order.toString());
      assertTrue(order.indexOf("InitPreprocessor") < here, order.toString());
      assertTrue(here < order.indexOf("LoadInputsPreprocessor"), order.toString());
      assertTrue(here < order.indexOf("FilePreprocessor"), order.toString());
      assertFalse(order.isEmpty());
    }
  }
}
