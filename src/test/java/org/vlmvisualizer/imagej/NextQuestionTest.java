package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.text.TextWindow;
import java.awt.Button;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.event.ActionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.swing.JCheckBox;
import javax.swing.JTabbedPane;
import javax.swing.JTextField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.command.TokenExplorer;
import org.vlmvisualizer.output.AttentionResult;

/** The line of the Token Explorer, with a model that answers. */
class NextQuestionTest {
  private static final int PATIENCE_MS = 60_000;

  @TempDir Path folder;

  /**
   * What there was after a question.
   *
   * @param before questions that the model saw with each tab's, as its run says
   * @param loaded of each tab's answer, as its run says, in the order of the open heatmaps
   */
  private record Seen(
      List<String> tabs,
      List<String> titles,
      List<String> loaded,
      List<String> questions,
      List<String> before,
      List<String> precisions,
      List<String> told) {}

  /**
   * Asks from the menu and goes on in the explorer; then with a saved result whose image is gone.
   */
  static final class Job implements FijiMain.Job {
    private DialogWatch watch;

    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      ImagePlus page = IJ.openImage(arguments.get(1));
      page.show();
      Path results = Path.of(arguments.get(2));
      AnsweredDialog.choose(
          fiji,
          "Show Attention...",
          Map.of("length", 8, "precision", "bfloat16", "output", results.toString()));
      watch = new DialogWatch();
      page.getProcessor().invert(); // the picture of the answer is what is asked about
      List<Seen> all = new ArrayList<>();
      ask("What is written there?");
      all.add(seen());
      ask("word ".repeat(400));
      all.add(seen());
      Container line = find(explorer(), JTextField.class).getParent();
      JCheckBox followUp = (JCheckBox) find(line, JCheckBox.class);
      EventQueue.invokeAndWait(followUp::doClick);
      ask("What is it for?");
      all.add(seen());
      WindowManager.closeAllWindows();
      fiji.context
          .service(CommandService.class)
          .run(TokenExplorer.class, true, "folder", results.toFile())
          .get();
      ask("What is written there?");
      all.add(seen());
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(all));
      release(fiji);
    }

    /** By the button of VLM Engine..., whose window then tells that nothing is loaded. */
    private static void release(FijiLike fiji) throws Exception {
      fiji.choose("VLM Engine...", Map.of());
      TextWindow told = (TextWindow) WindowManager.getWindow("Engine");
      String before = told.getTextPanel().getText().replaceAll("\\s+", " ");
      if (!before.contains("bfloat16 on cpu, 0.01 GB.")) {
        throw new AssertionError(before);
      }
      Button button = (Button) find(told, Button.class);
      EventQueue.invokeAndWait(
          () ->
              button.dispatchEvent(
                  new ActionEvent(button, ActionEvent.ACTION_PERFORMED, button.getLabel())));
      long end = System.currentTimeMillis() + PATIENCE_MS;
      while (WindowManager.getWindow("Engine") == null
          || WindowManager.getWindow("Engine") == told) {
        if (System.currentTimeMillis() > end) {
          throw new AssertionError("The window does not come again");
        }
        Thread.sleep(50);
      }
      TextWindow after = (TextWindow) WindowManager.getWindow("Engine");
      String text = after.getTextPanel().getText();
      if (!text.contains("Loaded model: none.") || find(after, Button.class) != null) {
        throw new AssertionError(text);
      }
    }

    /** Types a question, presses Enter, and waits until the next one can be typed. */
    private static void ask(String question) throws Exception {
      JTextField field = (JTextField) find(explorer(), JTextField.class);
      EventQueue.invokeAndWait(
          () -> {
            field.setText(question);
            field.postActionEvent();
          });
      long end = System.currentTimeMillis() + PATIENCE_MS;
      while (!field.isEnabled()) {
        if (System.currentTimeMillis() > end) {
          throw new AssertionError("Not answered: " + question);
        }
        Thread.sleep(50);
      }
      Thread.sleep(600); // until the windows are in their places
    }

    private static Frame explorer() throws Exception {
      long end = System.currentTimeMillis() + PATIENCE_MS;
      while (System.currentTimeMillis() < end) {
        for (Frame frame : Frame.getFrames()) {
          if (frame.isShowing() && frame.getTitle().startsWith("Token Explorer")) {
            return frame;
          }
        }
        Thread.sleep(50);
      }
      throw new AssertionError("No explorer");
    }

    private static Component find(Container inside, Class<?> type) {
      for (Component part : inside.getComponents()) {
        Component found =
            type.isInstance(part)
                ? part
                : part instanceof Container container ? find(container, type) : null;
        if (found != null) {
          return found;
        }
      }
      return null;
    }

    private Seen seen() throws Exception {
      JTabbedPane tabs = (JTabbedPane) find(explorer(), JTabbedPane.class);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < tabs.getTabCount(); i++) {
        names.add(tabs.getTitleAt(i));
      }
      List<String> titles = new ArrayList<>();
      List<AttentionResult> results = new ArrayList<>();
      for (int id : WindowManager.getIDList()) {
        ImagePlus image = WindowManager.getImage(id);
        titles.add(image.getTitle());
        if (image.getTitle().startsWith("Attention of")) {
          results.add(AttentionResult.of(image));
        }
      }
      return new Seen(
          names,
          titles,
          results.stream().map(r -> r.run().get("loaded").getAsString()).toList(),
          results.stream().map(AttentionResult::question).toList(),
          results.stream().map(r -> questions(r.run().getAsJsonArray("conversation"))).toList(),
          results.stream().map(r -> r.run().get("precision").getAsString()).toList(),
          watch.take());
    }
  }

  private static String questions(JsonArray conversation) {
    List<String> all = new ArrayList<>();
    if (conversation != null) {
      conversation.forEach(e -> all.add(e.getAsJsonObject().get("question").getAsString()));
    }
    return String.join(", ", all);
  }

  @Test
  void goesOnAboutTheSamePicture() throws Exception {
    List<Seen> all =
        Arrays.asList(
            FijiProcess.displayed(
                folder, Job.class, Seen[].class, FijiProcess.PAGE, folder.resolve("results")));
    Seen second = all.get(0);
    assertEquals(List.of("1: What is in the image?", "2: What is written there?"), second.tabs());
    assertEquals(List.of("for this question", "before this question"), second.loaded());
    assertEquals(List.of("bfloat16", "bfloat16"), second.precisions());
    assertEquals(1, second.titles().stream().filter(t -> t.equals("Explorer of page.png")).count());
    assertEquals(List.of(), second.told());

    Seen refused = all.get(1);
    assertEquals(second.tabs(), refused.tabs(), "what failed is no answer");
    assertEquals(second.titles(), refused.titles());
    assertEquals(1, refused.told().size(), refused.told().toString());
    PlainSentence.check(refused.told().get(0).substring("VLM Visualizer: ".length()));

    Seen third = all.get(2);
    assertEquals("3: What is it for?", third.tabs().get(2));
    assertEquals("before this question", third.loaded().get(2));
    assertEquals(List.of("", "", "What is written there?"), third.before(), "a follow-up");

    Seen saved = all.get(3);
    assertEquals(List.of("1: What is in the image?", "2: What is written there?"), saved.tabs());
    assertEquals(List.of("What is written there?"), saved.questions());
    assertEquals(List.of("before this question"), saved.loaded());
    assertTrue(saved.titles().contains("Explorer of page.png"), saved.titles().toString());
  }
}
