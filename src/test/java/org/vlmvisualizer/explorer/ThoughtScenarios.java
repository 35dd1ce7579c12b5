package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.Component;
import java.awt.EventQueue;
import java.awt.Rectangle;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseEvent;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Thoughts;
import org.vlmvisualizer.output.AttentionResult;

/** Thoughts of models that think, in the explorer; run by {@link ExplorerScenarios}. */
final class ThoughtScenarios {
  private static final List<String> TEXTS =
      List.of(
          "So",
          ",",
          " what",
          " is",
          " it",
          "?",
          " A",
          " dog",
          ".",
          "\n",
          "</think>",
          "\n\n",
          "It",
          " is",
          " a",
          " cat",
          ".",
          "<|im_end|>");
  private static final int END = TEXTS.indexOf("</think>");
  private static final String LEFT_OUT =
      "No answer: the thoughts came up to length=11; set it higher.";

  private ThoughtScenarios() {}

  static Map<String, ExplorerScenarios.Scenario> all() {
    Map<String, ExplorerScenarios.Scenario> all = new LinkedHashMap<>();
    all.put("thoughts are a block of their own above the answer", ThoughtScenarios::blocks);
    all.put("thoughts and answer are chosen token by token", ThoughtScenarios::selection);
    all.put("the plot has a line where thoughts end", ThoughtScenarios::plot);
    all.put("an answer grows below its thoughts", ThoughtScenarios::growing);
    all.put("thoughts without an answer say why", ThoughtScenarios::noAnswer);
    all.put("an answer without thoughts has no blocks", ThoughtScenarios::noThoughts);
    return all;
  }

  /** A result of which all tokens are marked. */
  static AttentionResult thinking(boolean open, List<String> texts) {
    AttentionResult plain = Samples.of(400, 300, texts);
    Thoughts thoughts = new Thoughts(open);
    List<GeneratedToken> tokens = new ArrayList<>();
    plain.maps().tokens().forEach(token -> tokens.add(thoughts.mark(token)));
    return plain.withTokens(tokens);
  }

  /** The same when so many tokens had been written, with another statement in run.json. */
  private static AttentionResult first(
      AttentionResult whole, int count, String name, String statement) {
    JsonObject run = whole.run().deepCopy();
    run.addProperty(name, statement);
    return new AttentionResult(
        whole.maps().only(IntStream.range(0, count).toArray()),
        whole.picture(),
        whole.source(),
        whole.rendering(),
        whole.answer(),
        whole.sequence(),
        null,
        null,
        run);
  }

  private static BufferedImage painted(Component component) throws Exception {
    BufferedImage image =
        new BufferedImage(component.getWidth(), component.getHeight(), BufferedImage.TYPE_INT_RGB);
    EventQueue.invokeAndWait(() -> component.paint(image.createGraphics()));
    return image;
  }

  private static String name(AnswerPanel answer) throws Exception {
    return OpenExplorer.onEventThread(() -> answer.getAccessibleContext().getAccessibleName());
  }

  private static int bottom(Rectangle box) {
    return box.y + box.height;
  }

  private static void blocks() throws Exception {
    OpenExplorer explorer = new OpenExplorer(thinking(true, TEXTS));
    AnswerPanel answer = explorer.answer();
    assertEquals("Thoughts and answer, token by token", name(answer));
    int lastThought =
        IntStream.rangeClosed(0, END).map(t -> bottom(answer.box(t))).max().getAsInt();
    int firstOfAnswer =
        IntStream.range(END + 1, TEXTS.size()).map(t -> answer.box(t).y).min().getAsInt();
    assertTrue(answer.box(0).y >= answer.box(0).height, "room for a heading");
    assertTrue(firstOfAnswer >= lastThought + answer.box(0).height, "room for a heading");
    BufferedImage seen = painted(answer);
    int right = answer.getWidth() - 4;
    assertNotEquals(0xffffffff, seen.getRGB(right, answer.box(0).y), "a grey ground");
    assertEquals(0xffffffff, seen.getRGB(right, firstOfAnswer));
    int bar = seen.getRGB(4, answer.box(0).y);
    assertTrue((bar & 0xff) < 0x80, "and a bar, " + Integer.toHexString(bar));
    assertEquals(0xffffffff, seen.getRGB(4, firstOfAnswer));
    assertTrue(dark(seen, new Rectangle(8, 8, 80, answer.box(0).y - 10)) > 20, "Thoughts");
    assertTrue(
        dark(seen, new Rectangle(8, lastThought + 8, 80, firstOfAnswer - lastThought - 10)) > 20,
        "Answer");
    assertEquals("dog: a word, in the thoughts", tip(answer, 7));
    assertEquals("cat: a word, in the answer", tip(answer, 15));
  }

  private static String tip(AnswerPanel answer, int token) throws Exception {
    Rectangle box = answer.box(token);
    MouseEvent over =
        new MouseEvent(answer, MouseEvent.MOUSE_MOVED, 0, 0, box.x + 2, box.y + 2, 0, false);
    return OpenExplorer.onEventThread(() -> answer.getToolTipText(over));
  }

  private static int dark(BufferedImage image, Rectangle part) {
    int dark = 0;
    for (int y = part.y; y < part.y + part.height; y++) {
      for (int x = part.x; x < part.x + part.width; x++) {
        dark += (image.getRGB(x, y) >> 8 & 0xff) < 0x80 ? 1 : 0;
      }
    }
    return dark;
  }

  private static void selection() throws Exception {
    OpenExplorer explorer = new OpenExplorer(thinking(true, TEXTS));
    AnswerPanel answer = explorer.answer();
    for (int token : new int[] {0, 7, END, END + 1, 15, TEXTS.size() - 1}) {
      Rectangle box = OpenExplorer.onEventThread(() -> answer.box(token));
      explorer.mouse(answer, MouseEvent.MOUSE_PRESSED, 0, box.x + 2, box.y + 2);
      assertEquals(List.of(token), explorer.selected());
      String said = answer.getAccessibleContext().getAccessibleDescription();
      assertTrue(said.contains(token <= END ? ", in the thoughts, " : ", in the answer, "), said);
    }
    EventQueue.invokeAndWait(() -> explorer.state.select(tokens -> tokens.select(END)));
    explorer.key(answer, KeyEvent.VK_RIGHT, InputEvent.SHIFT_DOWN_MASK);
    assertEquals(List.of(END, END + 1), explorer.selected(), "keys go on from one to the other");
    explorer.key(answer, KeyEvent.VK_HOME, 0);
    explorer.key(answer, KeyEvent.VK_W, 0);
    assertEquals(List.of(0), explorer.selected());
  }

  private static void plot() throws Exception {
    OpenExplorer explorer = new OpenExplorer(thinking(true, TEXTS));
    RatioChart chart = explorer.chart();
    int x = (int) Math.round((chart.x(END) + chart.x(END + 1)) / 2);
    int dashes = dark(painted(chart), new Rectangle(x - 1, 35, 2, chart.getHeight() - 70));
    RatioChart other = new OpenExplorer(Samples.of(400, 300, TEXTS)).chart();
    int plain = dark(painted(other), new Rectangle(x - 1, 35, 2, chart.getHeight() - 70));
    assertTrue(dashes > plain + 20, dashes + " and " + plain);
    // The names stand beside it, above the curve.
    assertTrue(dark(painted(chart), new Rectangle(x - 60, 34, 55, 18)) > 20);
    assertTrue(dark(painted(chart), new Rectangle(x + 5, 34, 50, 18)) > 20);
  }

  private static void growing() throws Exception {
    AttentionResult whole = thinking(true, TEXTS);
    AttentionResult part = first(whole, 4, "written", "4 of at most 64 tokens");
    OpenExplorer explorer = new OpenExplorer(part);
    AnswerPanel answer = explorer.answer();
    assertEquals("Thoughts and answer, token by token", name(answer), "one may come");
    int before = answer.getPreferredSize().height;
    EventQueue.invokeAndWait(Explorer.growth(part, whole));
    OpenExplorer.await("all tokens", () -> explorer.state.maps().size() == TEXTS.size());
    assertTrue(answer.box(END + 1).y > answer.box(END).y + 2 * answer.box(END).height);
    assertTrue(answer.getPreferredSize().height > before);
  }

  private static void noAnswer() throws Exception {
    AttentionResult whole = thinking(true, TEXTS);
    AttentionResult growing = first(whole, END + 1, "written", "11 of at most 64 tokens");
    AttentionResult ended = first(whole, END + 1, AttentionResult.ANSWER_LEFT_OUT, LEFT_OUT);
    OpenExplorer explorer = new OpenExplorer(growing);
    AnswerPanel answer = explorer.answer();
    int before = answer.getPreferredSize().height;
    EventQueue.invokeAndWait(Explorer.growth(growing, ended));
    OpenExplorer.await(
        "the sentence", () -> answer.getAccessibleContext().getAccessibleName().endsWith(LEFT_OUT));
    assertTrue(answer.getPreferredSize().height > before + 30, "two lines more");
    int end = bottom(answer.box(END));
    BufferedImage seen = painted(answer);
    Rectangle below =
        new Rectangle(8, end + 10, answer.getWidth() - 16, seen.getHeight() - end - 11);
    assertTrue(dark(seen, below) > 200, "what it says");
  }

  private static void noThoughts() throws Exception {
    OpenExplorer explorer = new OpenExplorer(thinking(false, TEXTS.subList(12, 18)));
    assertEquals("Answer, token by token", name(explorer.answer()));
    OpenExplorer plain = new OpenExplorer(Samples.of(400, 300, TEXTS.subList(12, 18)));
    for (int t = 0; t < 6; t++) {
      assertEquals(plain.answer().box(t), explorer.answer().box(t));
    }
  }
}
