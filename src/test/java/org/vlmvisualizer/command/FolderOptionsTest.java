package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.PlainSentence;

/** The command over folders in a folder, planes of files, and lists. */
class FolderOptionsTest {
  private final CommandRuns runs = new CommandRuns();
  @TempDir Path folder;
  private Path pictures;

  @BeforeEach
  void makePictures() throws Exception {
    pictures = Files.createDirectories(folder.resolve("pictures/inside")).getParent();
    Files.copy(DemoPictures.FOLDER.resolve("cells-1.png"), pictures.resolve("inside/cells.png"));
    ImagePlus stack = IJ.createHyperStack("stack", 30, 20, 1, 2, 1, 8);
    IJ.saveAsTiff(stack, pictures.resolve("stack.tif").toString());
  }

  @AfterEach
  void dispose() {
    runs.close();
  }

  private AttentionInFolder run(Path source, Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>(Map.of("model", CommandRuns.MODEL, "length", 2));
    inputs.put("folder", source.toFile());
    inputs.put("output", folder.resolve("results").toFile());
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    CommandService commands = runs.context.service(CommandService.class);
    return (AttentionInFolder)
        commands.run(AttentionInFolder.class, true, inputs).get().getDelegateObject();
  }

  private static List<String> column(String name) {
    ResultsTable table = Analyzer.getResultsTable();
    return IntStream.range(0, table.size()).mapToObj(i -> table.getStringValue(name, i)).toList();
  }

  @Test
  void foldersAndPlanesAreTakenOnRequest() throws Exception {
    assertFalse(run(pictures).isCanceled());
    assertEquals(List.of("stack.tif"), column("picture"));
    assertFalse(run(pictures, "subfolders", true, "planes", "all").isCanceled());
    assertEquals(List.of("stack.tif z=1", "stack.tif z=2", "inside/cells.png"), column("picture"));
    assertEquals(
        List.of("stack-tif/z0001", "stack-tif/z0002", "inside/cells-png"), column("folder"));
    AttentionInFolder wrong = run(pictures, "planes", "some");
    assertTrue(wrong.isCanceled());
    PlainSentence.check(wrong.getCancelReason());
  }

  @Test
  void aListIsTakenForAFolder() throws Exception {
    Path list =
        Files.writeString(
            folder.resolve("list.csv"),
            "file;sample;prompt\npictures/stack.tif;7;\npictures/inside/cells.png;8;Which?\n");
    assertFalse(run(list).isCanceled());
    assertEquals(List.of("7", "8"), column("sample"));
    assertEquals(List.of("", "Which?"), column("prompt"));
    Files.writeString(list, "file;sample\npictures/stack.tif\n");
    AttentionInFolder wrong = run(list);
    assertTrue(wrong.isCanceled());
    PlainSentence.check(wrong.getCancelReason());
    assertTrue(wrong.getCancelReason().contains("line 2"), wrong.getCancelReason());
  }
}
