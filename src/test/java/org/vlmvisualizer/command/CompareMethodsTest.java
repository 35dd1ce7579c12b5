package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.compare.ComparedFolder;

/** The command that compares methods, as a macro runs it without a display. */
class CompareMethodsTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;

  @AfterEach
  void dispose() {
    runs.close();
    ModelKeeper.ofThisSession().release();
  }

  private CompareMethods run(Object... options) throws Exception {
    Map<String, Object> inputs =
        new HashMap<>(Map.of("model", "demo", "length", 24, "methods", "language,tam"));
    inputs.put("faithfulness", "off");
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    try (Printed printed = new Printed()) {
      CommandService commands = runs.context.service(CommandService.class);
      Module module = commands.run(CompareMethods.class, true, inputs).get();
      assertEquals("", printed.text());
      return (CompareMethods) module.getDelegateObject();
    }
  }

  private ResultsTable table(Object... options) throws Exception {
    CompareMethods command = run(options);
    assertFalse(command.isCanceled(), command.getCancelReason());
    return ij.plugin.filter.Analyzer.getResultsTable();
  }

  private String refused(Object... options) throws Exception {
    CompareMethods command = run(options);
    assertTrue(command.isCanceled(), "not refused");
    PlainSentence.check(command.getCancelReason());
    return command.getCancelReason();
  }

  private static ImagePlus page(Roi... rois) {
    ImagePlus image = IJ.openImage(DemoPictures.FOLDER.resolve("page-1.png").toString());
    Overlay overlay = new Overlay();
    for (Roi roi : rois) {
      overlay.add(roi);
    }
    image.setOverlay(rois.length == 0 ? null : overlay);
    return image;
  }

  /** As expected.json tells where the word market stands. */
  @Test
  void theOverlayTellsWhereThingsAre() throws Exception {
    Roi market = new Roi(64, 120, 127, 27);
    market.setName("market");
    ResultsTable table = table("image", page(market));
    assertEquals(2, table.size());
    assertEquals("language", table.getStringValue("method", 0));
    assertEquals("tam", table.getStringValue("method", 1));
    assertEquals(1, table.getValue("tokens", 0));
    assertEquals(1, table.getValue("pointing_overlap", 0));
    double area = 127 * 27 / (double) (page().getWidth() * page().getHeight());
    double ratio = table.getValue("energy", 0) / table.getValue("energy_over_area", 0);
    assertEquals(area, ratio, 1e-3);
    assertTrue(Double.isNaN(table.getValue("energy_low", 0)), "of one picture");
  }

  @Test
  void withoutRoisAllWordsAreJudgedAndNothingPoints() throws Exception {
    ResultsTable table = table("image", page(), "steps", 2, "methods", "language");
    assertEquals(3, table.size());
    assertEquals("centred Gaussian", table.getStringValue("method", 2));
    assertEquals(4, table.getValue("tokens", 0));
    assertTrue(Double.isNaN(table.getValue("pointing_centre", 0)));
    assertTrue(table.getValue("deletion", 0) >= 0 && table.getValue("insertion", 0) <= 1);
  }

  @Test
  void aFolderIsComparedAndSaved() throws Exception {
    Path pictures = ComparedFolder.write(folder.resolve("pictures"));
    Files.delete(pictures.resolve("cells-1.png"));
    Files.writeString(pictures.resolve("cells-3.png"), "This is no picture.");
    Path results = folder.resolve("results");
    ResultsTable table =
        table("folder", pictures.toFile(), "output", results.toFile(), "image", page());
    assertEquals(2, table.size());
    assertEquals(2, table.getValue("pictures", 0));
    assertEquals(3, ComparedFolder.withoutSeconds(results).size());
    Map<String, String> before = ComparedFolder.times(results);
    table("folder", pictures.toFile(), "output", results.toFile());
    assertEquals(before, ComparedFolder.times(results));
  }

  @Test
  void wrongInputIsOneSentence() throws Exception {
    assertTrue(refused("image", page(), "methods", "magic").contains("'magic'"));
    assertTrue(refused("image", page(), "steps", 1).contains("found 1"));
    assertTrue(refused("image", page(new Roi(900, 9, 5, 5))).contains("outside of it"));
    assertTrue(refused("image", page(), "answer", "...").contains("an answer with words"));
    assertTrue(refused("folder", folder.toFile(), "output", new File("")).contains("output"));
    assertTrue(
        refused("folder", folder.toFile(), "output", folder.resolve("r").toFile())
            .contains("found none"));
    Interpreter.batchMode = true;
    refused();
    assertEquals(List.of(), List.of(folder.toFile().list()));
  }
}
