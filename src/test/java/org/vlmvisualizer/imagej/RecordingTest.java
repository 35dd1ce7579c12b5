package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import ij.Executer;
import ij.IJ;
import ij.WindowManager;
import ij.plugin.frame.Recorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ImageJ's recorder writes of a run, and that it runs again without a dialog. */
class RecordingTest {
  private static final List<String> QUESTIONS =
      List.of(
          "What is in the image?",
          "Why?",
          "Wo ist die \"größte\" Zelle [oder der Kern]?",
          "Ποῦ εἶναι;\n细胞在哪里?\t🔬",
          "C:\\new\\table 'so' length=99 fit=crop",
          "'tis");

  @TempDir Path folder;

  /** A question, what was recorded, and how its prompt arrived in the first run and the second. */
  private record Recorded(
      String question, String macro, String first, String second, List<String> dialogs) {}

  private <T> T run(Class<? extends FijiMain.Job> job, Class<T> told) throws Exception {
    return FijiProcess.displayed(folder, job, told, FijiProcess.PAGE);
  }

  /** Answers the dialog as it opens, and then runs what was recorded of it. */
  static final class DialogJob implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      new Recorder();
      IJ.openImage(arguments.get(1)).show();
      Recorder.record = true;
      // The default as a number, which any model takes and no default hides.
      Map<String, Object> entered = Map.of("length", 3, "detail", "1280", "prompt", "Why?");
      AnsweredDialog.choose(fiji, "Show Attention...", entered);
      Recorder recorder = Recorder.getInstance();
      String macro = recorder.getText();
      recorder.close();
      List<String> titles = titles();
      Job.asked();
      IJ.openImage(arguments.get(1)).show();
      IJ.runMacro(macro);
      Files.writeString(
          Path.of(arguments.get(0)), new Gson().toJson(new Answered(macro, titles, titles())));
    }

    private static List<String> titles() {
      return Arrays.stream(WindowManager.getImageTitles()).sorted().toList();
    }
  }

  /** Chooses a command from the menu without an image, and with one, but cancels its dialog. */
  static final class FailingJob implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      DialogWatch watch = new DialogWatch();
      new Recorder();
      Recorder.record = true;
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Thread menu = new Thread(new Executer("Show Attention..."), "Show Attention...");
        menu.start();
        menu.join();
        told.addAll(watch.take());
        IJ.openImage(arguments.get(1)).show();
      }
      told.add(Recorder.getInstance().getText());
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(told));
    }
  }

  @Test
  void aRunWithoutResultIsNotRecorded() throws Exception {
    String[] told = run(FailingJob.class, String[].class);
    assertEquals(3, told.length, String.join("\n", told));
    assertTrue(told[0].startsWith("VLM Visualizer: Expected an image"), told[0]);
    assertTrue(told[1].startsWith("Show Attention: "), told[1]);
    assertFalse(told[2].contains("run("), told[2]); // ImageJ notes the window
  }

  /** What was recorded, and which images were open after the dialog and after the macro. */
  private record Answered(String macro, List<String> first, List<String> second) {}

  /** Runs each question from the dialog, and then what was recorded of it. */
  static final class Job implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      DialogWatch watch = new DialogWatch();
      List<Recorded> all = new ArrayList<>();
      for (String question : QUESTIONS) {
        new Recorder();
        IJ.openImage(arguments.get(1)).show();
        Recorder.record = true;
        Map<String, Object> entered = new HashMap<>(Map.of("length", 3, "plot", false));
        entered.put("montage", false);
        entered.put("prompt", question);
        fiji.choose("Show Attention...", entered);
        Recorder recorder = Recorder.getInstance();
        // ImageJ's recorder notes on a line of its own that text is not ASCII; people delete it.
        String macro = recorder.getText().replaceAll("(?m)^ *<<warning: .*\\R", "");
        recorder.close();
        String first = asked();
        IJ.openImage(arguments.get(1)).show();
        Path file = Path.of(arguments.get(0)).resolveSibling("recorded.ijm");
        Files.writeString(file, macro);
        IJ.runMacroFile(file.toString());
        all.add(new Recorded(question, macro, first, asked(), watch.take()));
      }
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(all));
    }

    /** The question as it stands in the Info of the maps, which are closed. */
    private static String asked() {
      String info = WindowManager.getCurrentImage().getInfoProperty();
      for (int id : WindowManager.getIDList()) {
        WindowManager.getImage(id).changes = false;
        WindowManager.getImage(id).close();
      }
      return info.lines().filter(line -> line.startsWith("question: ")).findFirst().orElse(info);
    }
  }

  @Test
  void theDialogStartsWithoutPlotAndMontageAndTheMacroSaysSo() throws Exception {
    Answered answered = run(DialogJob.class, Answered.class);
    String options = " plot=false montage=false matrix=false prompt=Why?\");\n";
    assertTrue(answered.macro().endsWith(options), answered.macro());
    assertTrue(
        answered.macro().contains(" tiles=on detail=1280 interval=auto device="), answered.macro());
    List<String> images = List.of("Attention of page.png", "Explorer of page.png", "page.png");
    assertEquals(images, answered.first());
    assertEquals(List.of("Attention of page.png", "page.png"), answered.second());
  }

  @Test
  void whatIsRecordedRunsAgainWithoutADialog() throws Exception {
    Recorded[] all = run(Job.class, Recorded[].class);
    assertEquals(QUESTIONS.size(), all.length);
    for (Recorded recorded : all) {
      assertEquals("question: " + recorded.question().replace("\n", "\\n"), recorded.first());
      assertEquals(recorded.first(), recorded.second(), recorded.macro());
      assertEquals(List.of(), recorded.dialogs(), recorded.macro());
    }
    String first = all[0].macro();
    assertTrue(first.contains("run(\"Show Attention...\", \"model=demo method="), first);
    assertTrue(first.contains(" length=3 "), first);
    assertTrue(first.contains(" plot=false montage=false matrix=false prompt="), first);
    assertTrue(first.endsWith("prompt=[What is in the image?]\");\n"), first);
  }
}
