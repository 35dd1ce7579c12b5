package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.Menus;
import ij.plugin.PlugIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.command.FormerNames;
import org.vlmvisualizer.imagej.MacroJob.Left;

/** The entries of the menu, and the names that macros of earlier versions are written with. */
class MenuTest {
  private static final List<String> MENU =
      List.of(
          "Show Attention...",
          "VLM Token Explorer",
          "Attention in ROIs...",
          "Attention in Folder...",
          "Compare Methods...",
          "VLM Models...",
          "VLM Engine...",
          "About VLM Visualizer");

  private static final String PAGE = FijiProcess.PAGE.toString();

  @TempDir Path folder;

  @Test
  void beginsWithTheQuestionAndTellsOfEachCommand() {
    try (Context context = new Context()) {
      List<CommandInfo> commands =
          FijiLike.menu(context.service(CommandService.class)).stream()
              .filter(info -> info.getMenuPath().getMenuString().contains("VLM Visualizer >"))
              .toList();
      assertEquals(
          MENU, commands.stream().map(info -> info.getMenuPath().getLeaf().getName()).toList());
      for (CommandInfo info : commands) {
        assertTrue(info.getDescription().matches("[A-Z].*\\."), info.getTitle());
      }
    }
  }

  /** Each former name once, headless: a measured answer, a report, three tables. */
  @Test
  void formerNamesRunInMacros() throws Exception {
    Path report = folder.resolve("explored.html");
    Map<String, Left> left =
        new MacroRuns(folder)
            .add("models", "", "run('Models...', 'action=list'); print(nResults);")
            .add("engine", "", "run('Engine...', 'device=cpu'); print(nResults);")
            .add("about", "", "run('About and Citation'); print(nResults);")
            .add(
                "answer",
                "",
                "open('%s'); run('Show Attention...', 'length=2 prompt=[Why?]');".formatted(PAGE)
                    + "run('Token Explorer', 'report=[%s]');".formatted(report)
                    + "makeRectangle(9, 9, 99, 99); run('Attention in ROIs', 'source=selection');"
                    + "print(nResults);")
            .run(null);
    for (Left macro : left.values()) {
      assertTrue(macro.printed().strip().matches("\\d+"), macro.name() + ": " + macro.printed());
      assertFalse(macro.printed().strip().equals("0"), macro.name());
    }
    assertEquals("2", left.get("answer").printed().strip());
    assertTrue(Files.exists(report));
  }

  /** With a display, since a menu entry would be there; and a name of another plugin is its own. */
  @Test
  void formerNamesHaveNoEntryAndTakeNothingFromOthers() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      String printed = FijiProcess.run(display, folder, Job.class);
      assertTrue(printed.strip().endsWith("the other plugin"), printed);
    }
  }

  /** Looks for the names in ImageJ's table, then lets another plugin have one of them. */
  static final class Job implements FijiMain.Job {
    @Override
    @SuppressWarnings("unchecked") // ImageJ's table has no types
    public void run(FijiLike fiji, List<String> arguments) {
      for (String former : FormerNames.NAMES.keySet()) {
        assertFalse(Menus.getCommands().containsKey(former), former);
      }
      Menus.getCommands().put("Models...", OtherPlugin.class.getName());
      IJ.run("Models...", "action=list");
    }
  }

  /** Of somebody else. */
  public static final class OtherPlugin implements PlugIn {
    @Override
    public void run(String argument) {
      System.out.println("the other plugin");
    }
  }
}
