package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.output.AttentionResult;

/** turn=next: the model sees what was asked and answered about the picture before. */
class ConversationTest {
  private static final String FIRST = "What is it?";
  private static final String SECOND = "Where is it?";
  private final CommandRuns runs = new CommandRuns();
  private final ImagePlus picture = CommandRuns.picture();

  @BeforeEach
  void forget() {
    LastResult.forget();
  }

  @AfterEach
  void dispose() {
    runs.close();
  }

  private AttentionResult ask(ImagePlus image, String turn, String question) throws Exception {
    CommandRuns.Run run = runs.run("image", image, "turn", turn, "prompt", question);
    CommandRuns.assertDone(run);
    CommandRuns.closeAllImages();
    ij.macro.Interpreter.batchMode = true;
    return AttentionResult.of(run.heatmaps());
  }

  private String refusal(Object... options) throws Exception {
    return CommandRuns.assertRefused(runs.run(options));
  }

  private static void assertExchange(
      JsonArray conversation, int at, String question, String answer) {
    JsonObject exchange = conversation.get(at).getAsJsonObject();
    assertEquals(question, exchange.get("question").getAsString());
    assertEquals(answer, exchange.get("answer").getAsString());
  }

  @Test
  void theModelSeesTheQuestionsAndAnswersBefore() throws Exception {
    AttentionResult first = ask(picture, "new", FIRST);
    AttentionResult second = ask(picture, "next", SECOND);
    assertEquals(
        "USER: <image>\n%s ASSISTANT: %s USER: %s ASSISTANT:"
            .formatted(FIRST, first.answer(), SECOND),
        second.run().get("prompt").getAsString());
    assertEquals(SECOND, second.run().get("question").getAsString());
    assertTrue(second.run().get("prefix_reused").getAsInt() > 0);

    AttentionResult third = ask(picture, "next", FIRST);
    JsonArray conversation = third.run().getAsJsonArray("conversation");
    assertEquals(2, conversation.size());
    assertExchange(conversation, 0, FIRST, first.answer());
    assertExchange(conversation, 1, SECOND, second.answer());

    assertFalse(ask(picture, "new", SECOND).run().has("conversation"));
  }

  /** A conversation goes on from the answer that is in front, not from the newest. */
  @Test
  void goesOnFromTheHeatmapsInFront() throws Exception {
    CommandRuns.Run first = runs.run("image", picture, "prompt", FIRST);
    runs.run("image", picture, "prompt", SECOND);
    ij.macro.Interpreter.addBatchModeImage(picture);
    JsonArray conversation =
        ask(first.heatmaps(), "next", "Why?").run().getAsJsonArray("conversation");
    assertEquals(1, conversation.size());
    assertExchange(conversation, 0, FIRST, AttentionResult.of(first.heatmaps()).answer());
  }

  @Test
  void isRefusedWhereThereIsNone() throws Exception {
    assertTrue(
        refusal("image", picture, "turn", "next")
            .startsWith(
                "Expected an answer about picture for turn=next to go on with, found none"));
    ask(picture, "new", FIRST);
    ImagePlus other = CommandRuns.picture();
    other.getProcessor().invert();
    assertTrue(refusal("image", other, "turn", "next").contains("found none"));
    picture.setRoi(5, 5, 20, 20);
    assertTrue(refusal("image", picture, "turn", "next").contains("another part of the picture"));
    picture.deleteRoi();
    String otherModel = Golden.ROOT.resolve("llama-layers/checkpoint").toString();
    assertTrue(
        refusal("image", picture, "turn", "next", "model", otherModel)
            .contains("the model of the last answer"));
    assertTrue(refusal("image", picture, "turn", "next", "stack", "slices").contains("turn=new"));
    assertTrue(refusal("image", picture, "turn", "last").contains("turn to be new or next"));
  }
}
