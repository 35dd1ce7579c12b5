package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;

/** The command without a display: reports, and what it says where it can do nothing. */
class TokenExplorerTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  /** What other tests left. */
  @BeforeEach
  void forget() {
    LastResult.forget();
  }

  @AfterEach
  void dispose() {
    runs.close();
    LastResult.forget();
  }

  private TokenExplorer explore(Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>();
    inputs.put("folder", null);
    inputs.put("report", null);
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    try (Printed printed = new Printed()) {
      CommandService commands = runs.context.service(CommandService.class);
      TokenExplorer command =
          (TokenExplorer) commands.run(TokenExplorer.class, true, inputs).get().getDelegateObject();
      assertEquals("", printed.text());
      return command;
    }
  }

  private static String refusal(TokenExplorer command) {
    assertTrue(command.isCanceled(), "not refused");
    PlainSentence.check(command.getCancelReason());
    return command.getCancelReason();
  }

  @Test
  void writesAReportOfASavedResult() throws Exception {
    Path results = folder.resolve("results");
    CommandRuns.assertDone(runs.run("image", CommandRuns.picture(), "output", results.toFile()));
    LastResult.forget();
    CommandRuns.closeAllImages();
    File report = folder.resolve("new/report.html").toFile();
    TokenExplorer command = explore("folder", results.toFile(), "report", report);
    assertFalse(command.isCanceled(), command.getCancelReason());
    String html = Files.readString(report.toPath());
    assertTrue(html.startsWith("<!DOCTYPE html>"));
    assertTrue(html.contains("What is in the image?"));
  }

  @Test
  void writesAReportOfTheLastResult() throws Exception {
    runs.run("image", titled("first.tif"));
    runs.run("image", titled("second.tif"));
    File report = folder.resolve("report.html").toFile();
    CommandRuns.closeAllImages();
    assertFalse(explore("report", report).isCanceled());
    assertTrue(Files.readString(report.toPath()).contains("second.tif"));
  }

  private static ImagePlus titled(String title) {
    ImagePlus picture = CommandRuns.picture();
    picture.setTitle(title);
    return picture;
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    String none = refusal(explore());
    assertTrue(none.startsWith("Expected a result, found none."), none);
    runs.run("image", CommandRuns.picture());
    assertTrue(refusal(explore()).contains("needs a display"));
    assertTrue(refusal(explore("folder", folder.toFile())).contains("run.json"));
    Path file = Files.writeString(folder.resolve("file"), "");
    String unwritable = refusal(explore("report", file.resolve("report.html").toFile()));
    assertTrue(unwritable.contains("could not be written"), unwritable);
  }

  @Test
  void asksOnlyWhereThereIsNothingToShow() throws Exception {
    TokenExplorer command = new TokenExplorer();
    assertFalse(command.hasOwnWindow());
    runs.run("image", CommandRuns.picture());
    assertTrue(command.hasOwnWindow());
  }
}
