package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.app.event.StatusEvent;
import org.scijava.event.EventHandler;
import org.scijava.event.EventService;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.output.AttentionResult;

/** What Fiji shows and tells of a model that thinks. */
class ThinkingRunTest {
  private static final String LEFT_OUT =
      "No answer: the thoughts came up to length=3; set it higher.";

  @TempDir Path folder;
  private final CommandRuns runs = new CommandRuns();
  private final ImagePlus picture = CommandRuns.picture();
  private CheckpointCopy model;

  @BeforeEach
  void copy() {
    LastResult.forget();
    model = ThinkingModel.copy(folder);
  }

  @AfterEach
  void dispose() {
    runs.close();
  }

  private AttentionResult ask(String question, String answer, String turn) throws Exception {
    CommandRuns.Run run =
        runs.run(
            "image",
            picture,
            "model",
            model.folder.toString(),
            "template",
            ThinkingModel.TEMPLATE,
            "prompt",
            question,
            "answer",
            answer,
            "turn",
            turn);
    CommandRuns.assertDone(run);
    AttentionResult result = AttentionResult.of(run.heatmaps());
    CommandRuns.closeAllImages();
    Interpreter.batchMode = true;
    return result;
  }

  @Test
  void theResultsTableTellsThemApart() throws Exception {
    AttentionResult result = ask("What?", "a</think>b", "new");
    assertEquals("b", result.answer());
    ResultsTable table = Analyzer.getResultsTable();
    assertEquals("part", table.getColumnHeading(table.getLastColumn()));
    for (int row = 0; row < table.size(); row++) {
      boolean isThought = row <= 2; // a, a line break, the end
      assertEquals(isThought ? "thought" : "answer", table.getStringValue("part", row));
    }
    String info = result.heatmaps().getInfoProperty();
    assertTrue(info.contains("\nthoughts: a\nanswer: b\n"), info);
  }

  /** A follow-up, also of an answer whose thoughts did not end. */
  @Test
  void aConversationLeavesThemOut() throws Exception {
    ask("What?", "a</think>b", "new");
    AttentionResult second = ask("Where?", "", "next");
    assertEquals("", second.answer());
    AttentionResult third = ask("Why?", "", "next");
    assertEquals(
        List.of("b", ""),
        third.run().getAsJsonArray("conversation").asList().stream()
            .map(exchange -> exchange.getAsJsonObject().get("answer").getAsString())
            .toList());
    String prompt = third.run().get("prompt").getAsString();
    assertTrue(
        prompt.endsWith(
            "What?<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\n"
                + "Where?<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n<|im_start|>user\n"
                + "Why?<|im_end|>\n<|im_start|>assistant\n<think>\n"),
        prompt);
  }

  /** What goes to the status bar; SciJava sends each line on a thread of a pool. */
  public static final class StatusBar {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @EventHandler
    public void onEvent(StatusEvent event) {
      lines.add(String.valueOf(event.getStatusMessage()));
    }
  }

  @Test
  void theStatusBarSaysWhyThereIsNoAnswer() throws Exception {
    ThinkingModel.write(model, 43, 44, 45);
    StatusBar bar = new StatusBar();
    var subscribers = runs.context.service(EventService.class).subscribe(bar);
    AttentionResult result = ask("What?", "", "new");
    assertEquals(LEFT_OUT, result.answerLeftOut());
    assertFalse(subscribers.isEmpty());
    for (String line = ""; !line.equals(LEFT_OUT); ) {
      line = bar.lines.poll(10, TimeUnit.SECONDS);
      assertNotNull(line, "never shown");
    }
  }
}
