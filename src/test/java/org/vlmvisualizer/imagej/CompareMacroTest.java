package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.compare.ComparedFolder;
import org.vlmvisualizer.imagej.MacroJob.Left;

/** Comparing methods in macros, in ImageJ without a display. */
class CompareMacroTest {
  private static final String OPTIONS =
      "model=demo length=24 methods=language,tam faithfulness=off prompt=[What is in the image?]";

  private static final String ACTIVE =
      """
      open('FOLDER/page-1.png');
      makeRectangle(64, 120, 127, 27);
      Roi.setName('market');
      run('Add Selection...');
      run('Select None');
      run('Compare Methods...', 'OPTIONS');
      """;

  private static final String FOLDER =
      "run('Compare Methods...', 'folder=[FOLDER] output=[RESULTS] OPTIONS');";

  @TempDir Path folder;

  @Test
  void headless() throws Exception {
    Path pictures = ComparedFolder.write(folder.resolve("some pictures"));
    Files.delete(pictures.resolve("cells-1.png"));
    Files.delete(pictures.resolve("page-2.png"));
    Path results = folder.resolve("results");
    Map<String, Left> left =
        new MacroRuns(folder)
            .add("active", "", filled(ACTIVE, pictures, results))
            .add("folder", "", filled(FOLDER, pictures, results))
            .run(null);
    left.values().forEach(one -> assertEquals(List.of(), one.dialogs(), one.name()));
    String active = left.get("active").tables().get("Results").rows().toString();
    assertTrue(active.startsWith("[[language, 1, 1, "), active);
    assertTrue(active.contains("[tam, 1, 1, "), active);
    assertEquals(3, ComparedFolder.withoutSeconds(results).size());
    assertEquals(2, ComparedFolder.times(results).size());
  }

  private static String filled(String macro, Path pictures, Path results) {
    return macro
        .replace("FOLDER", pictures.toString())
        .replace("RESULTS", results.toString())
        .replace("OPTIONS", OPTIONS);
  }
}
