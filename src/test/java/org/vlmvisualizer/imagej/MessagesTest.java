package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import ij.IJ;
import ij.WindowManager;
import ij.text.TextWindow;
import java.awt.Toolkit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentences about long paths, in boxes that fit on the screen; texts that wrap. */
class MessagesTest {
  private static final String LONG = "/data/" + "细胞é-very-long-name".repeat(60);

  @TempDir Path folder;

  /**
   * What was seen.
   *
   * @param longest characters of the longest line of the texts
   */
  private record Seen(List<String> told, int widest, int screen, List<String> texts, int longest) {}

  /** A refusal from the menu, one with failure=continue, one in a macro; then the two texts. */
  static final class Job implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      DialogWatch watch = new DialogWatch();
      IJ.openImage(arguments.get(1)).show();
      fiji.choose("Show Attention...", Map.of("model", LONG, "prompt", "Why?"));
      fiji.choose(
          "Show Attention...", Map.of("model", LONG, "prompt", "Why?", "failure", "continue"));
      Thread macro =
          new Thread(
              () -> IJ.runMacro("run('Show Attention...', 'model=[" + LONG + "] prompt=[Why?]');"),
              "Macro$");
      macro.start();
      macro.join();
      fiji.choose("VLM Engine...", Map.of());
      fiji.choose("About VLM Visualizer", Map.of());
      List<String> texts = new ArrayList<>();
      for (String title : List.of("Engine", "About VLM Visualizer")) {
        texts.add(((TextWindow) WindowManager.getWindow(title)).getTextPanel().getText());
      }
      int longest =
          texts.stream().flatMap(String::lines).mapToInt(String::length).max().orElseThrow();
      int screen = Toolkit.getDefaultToolkit().getScreenSize().width;
      Seen seen = new Seen(watch.take(), watch.widest(), screen, texts, longest);
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(seen));
    }
  }

  @Test
  void fitOnTheScreen() throws Exception {
    Seen seen = FijiProcess.displayed(folder, Job.class, Seen.class, FijiProcess.PAGE);
    assertEquals(2, seen.told().size(), seen.told().toString());
    assertTrue(seen.told().get(0).startsWith("VLM Visualizer: "), seen.told().get(0));
    assertTrue(seen.told().get(0).contains(LONG), "can be copied whole");
    assertTrue(seen.told().get(1).startsWith("Macro Error: "), seen.told().get(1));
    assertTrue(seen.widest() <= seen.screen(), seen.widest() + " pixels");
    assertTrue(seen.texts().get(0).contains("PyTorch"), seen.texts().get(0));
    assertTrue(seen.texts().get(1).contains("Cite: "), seen.texts().get(1));
    assertTrue(seen.longest() <= 85, seen.longest() + " characters");
  }
}
