package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.ImageJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.NewImage;
import ij.gui.OvalRoi;
import ij.gui.Roi;
import java.awt.BorderLayout;
import java.awt.Checkbox;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Label;
import java.awt.Rectangle;
import java.awt.Toolkit;
import java.awt.datatransfer.DataFlavor;
import java.awt.event.InputEvent;
import java.awt.event.ItemEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseEvent;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JComboBox;
import javax.swing.JLabel;
import javax.swing.JList;
import javax.swing.JMenu;
import javax.swing.JMenuItem;
import javax.swing.JSlider;
import javax.swing.JTabbedPane;
import javax.swing.JTextField;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.MapValue;
import org.vlmvisualizer.output.MethodsText;
import org.vlmvisualizer.output.SourceFrame;

/**
 * What users do with the explorer, in a real ImageJ on a display: {@code ExplorerScenarios FILE}
 * runs all of them and writes which failed, each with its reason, into the file.
 */
public final class ExplorerScenarios {
  private static final AtomicReference<Throwable> UNCAUGHT = new AtomicReference<>();

  private ExplorerScenarios() {}

  interface Scenario {
    void run() throws Exception;
  }

  private static Map<String, Scenario> all() {
    Map<String, Scenario> all = new LinkedHashMap<>();
    all.put("a click selects a token and lays its map over the picture", ExplorerScenarios::click);
    all.put("a drag selects a run, Shift extends, Ctrl adds", ExplorerScenarios::drag);
    all.put("keys move, extend, and go to the ends", ExplorerScenarios::keys);
    all.put("a double click or W selects the whole word", ExplorerScenarios::wholeWord);
    all.put("punctuation is told from words without colours", ExplorerScenarios::punctuation);
    all.put("a peak on padding is told as such", ExplorerScenarios::peakOnPadding);
    all.put("it tells how far a map can be trusted", ExplorerScenarios::trust);
    all.put("it says so while that is not known yet", ExplorerScenarios::awaitedEvidence);
    all.put("the methods text is copied", ExplorerScenarios::methods);
    all.put("Tab reaches every control, and each has a name", ExplorerScenarios::focus);
    all.put("the plot's points can be clicked", ExplorerScenarios::plot);
    all.put("the hyperstack follows, and is followed", ExplorerScenarios::stack);
    all.put("each map has its own scale, or all have one", ExplorerScenarios::scale);
    all.put("the heatmaps' scale outlives the explorer", ExplorerScenarios::scaleAlone);
    all.put("opened twice, it comes to the front", ExplorerScenarios::again);
    all.put("the answer about another part takes the place", ExplorerScenarios::replaced);
    all.put("an answer about the same picture is a tab beside", ExplorerScenarios::tabs);
    all.put("an answer is closed, the others stay", ExplorerScenarios::closingAnAnswer);
    all.put("the line asks, tells how far it is, and cancels", ExplorerScenarios::line);
    all.put("a region shades the tokens by their share in it", ExplorerScenarios::region);
    all.put("Escape clears the region, then the selection", ExplorerScenarios::escape);
    all.put("layers and heads can be chosen if kept", ExplorerScenarios::layers);
    all.put("an answer grows under selection, region and layer", ExplorerScenarios::growing);
    all.put("without kept layers there are no sliders for them", ExplorerScenarios::noLayers);
    all.put("windows close in any order", ExplorerScenarios::closing);
    all.put("pictures of 1 x 1 and 5000 x 3 pixels", ExplorerScenarios::extremes);
    all.put("maps of nothing but zeros", ExplorerScenarios::zeros);
    all.put("signed maps diverge from 0", ExplorerScenarios::signed);
    all.put("the map survives flattening and removal", ExplorerScenarios::overlay);
    all.putAll(MapScenarios.all());
    all.putAll(ThoughtScenarios.all());
    return all;
  }

  /** Names of the scenarios, in the order that they run in. */
  static List<String> names() {
    return List.copyOf(all().keySet());
  }

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> UNCAUGHT.compareAndSet(null, e));
    new ImageJ(ImageJ.NO_SHOW);
    StringBuilder failures = new StringBuilder();
    for (Map.Entry<String, Scenario> scenario : all().entrySet()) {
      try {
        UNCAUGHT.set(null);
        scenario.getValue().run();
        WindowManager.closeAllWindows();
        OpenExplorer.await("all windows to close", () -> OpenExplorer.frames().isEmpty());
        if (UNCAUGHT.get() != null) {
          throw new AssertionError("Not caught on a thread", UNCAUGHT.get());
        }
        failures.append(scenario.getKey()).append('\t').append("passed\n");
      } catch (Exception | AssertionError e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        String line = trace.toString().replace('\n', '|');
        failures.append(scenario.getKey()).append('\t').append(line).append('\n');
        WindowManager.closeAllWindows();
      }
    }
    Files.writeString(Path.of(arguments[0]), failures);
    Runtime.getRuntime().halt(0);
  }

  private static void click() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    AnswerPanel answer = explorer.answer();
    Rectangle box = answer.box(5);
    explorer.click(answer, (int) box.getCenterX(), (int) box.getCenterY());
    assertEquals(List.of(5), explorer.selected());
    // The brightest place of picture and map is the peak's patch: 9 * 5 = 45, column 5 of row 5.
    ImagePlus flat = OpenExplorer.onEventThread(explorer.picture::flatten);
    Grid grid = explorer.state.maps().grid();
    int peak = flat.getProcessor().getPixel((int) grid.centreX(45), (int) grid.centreY(45));
    int other = flat.getProcessor().getPixel((int) grid.centreX(20), (int) grid.centreY(20));
    assertTrue((peak >> 16 & 0xff) > 220 && (peak & 0xff) < 190, Integer.toHexString(peak));
    assertTrue((other >> 16 & 0xff) < 200, Integer.toHexString(other));
    assertEquals("µm", explorer.picture.getCalibration().getUnit());
    assertEquals(0.5, explorer.picture.getCalibration().pixelWidth);
  }

  private static void drag() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    AnswerPanel answer = explorer.answer();
    Rectangle first = answer.box(1);
    Rectangle last = answer.box(3);
    explorer.mouse(answer, MouseEvent.MOUSE_PRESSED, 0, first.x + 2, first.y + 2);
    explorer.mouse(answer, MouseEvent.MOUSE_DRAGGED, 0, last.x + 2, last.y + 2);
    assertEquals(List.of(1, 2, 3), explorer.selected());
    float[] mean = explorer.state.shown().patches();
    float expected = 0;
    for (int t = 1; t <= 3; t++) {
      expected += explorer.state.maps().values(t)[27] / 3;
    }
    assertEquals(expected, mean[27], 1e-7);

    Rectangle far = answer.box(6);
    explorer.mouse(
        answer, MouseEvent.MOUSE_PRESSED, InputEvent.SHIFT_DOWN_MASK, far.x + 2, far.y + 2);
    assertEquals(List.of(1, 2, 3, 4, 5, 6), explorer.selected());
    explorer.mouse(
        answer, MouseEvent.MOUSE_PRESSED, InputEvent.CTRL_DOWN_MASK, last.x + 2, last.y + 2);
    assertEquals(List.of(1, 2, 4, 5, 6), explorer.selected());
    explorer.mouse(answer, MouseEvent.MOUSE_PRESSED, 0, last.x + 2, last.y + 2);
    explorer.mouse(
        answer, MouseEvent.MOUSE_PRESSED, InputEvent.CTRL_DOWN_MASK, last.x + 2, last.y + 2);
    assertEquals(List.of(3), explorer.selected(), "one token stays selected");
  }

  private static void keys() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    for (Component view : List.of(explorer.answer(), explorer.chart())) {
      explorer.key(view, KeyEvent.VK_HOME, 0);
      explorer.key(view, KeyEvent.VK_RIGHT, 0);
      explorer.key(view, KeyEvent.VK_DOWN, 0);
      assertEquals(List.of(2), explorer.selected());
      explorer.key(view, KeyEvent.VK_RIGHT, InputEvent.SHIFT_DOWN_MASK);
      assertEquals(List.of(2, 3), explorer.selected());
      explorer.key(view, KeyEvent.VK_LEFT, 0);
      explorer.key(view, KeyEvent.VK_LEFT, 0);
      explorer.key(view, KeyEvent.VK_UP, 0);
      explorer.key(view, KeyEvent.VK_UP, 0);
      assertEquals(List.of(0), explorer.selected());
      explorer.key(view, KeyEvent.VK_END, InputEvent.SHIFT_DOWN_MASK);
      assertEquals(12, explorer.selected().size());
      explorer.key(view, KeyEvent.VK_END, 0);
      assertEquals(List.of(11), explorer.selected());
      explorer.key(view, KeyEvent.VK_A, InputEvent.CTRL_DOWN_MASK);
      assertEquals(12, explorer.selected().size());
    }
    String said = explorer.answer().getAccessibleContext().getAccessibleDescription();
    assertTrue(said.startsWith("token 12 of 12"), said);
  }

  private static final List<String> WORDS = List.of("A", " ba", "nan", "a", ".", "</s>");

  private static void wholeWord() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.of(400, 300, WORDS));
    AnswerPanel answer = explorer.answer();
    Rectangle box = answer.box(2);
    for (int clicks = 1; clicks <= 2; clicks++) {
      explorer.mouse(answer, MouseEvent.MOUSE_PRESSED, 0, box.x + 2, box.y + 2, clicks);
    }
    assertEquals(List.of(1, 2, 3), explorer.selected());
    explorer.mouse(answer, MouseEvent.MOUSE_DRAGGED, 0, box.x + 3, box.y + 2, 2);
    assertEquals(List.of(1, 2, 3), explorer.selected(), "a hand may tremble");
    String said = answer.getAccessibleContext().getAccessibleDescription();
    assertTrue(said.contains("part of the word banana, tokens 2 to 4"), said);
    assertEquals("0.042", figure(explorer, "Probability"), "1/2 · 1/3 · 1/4");
    assertEquals(2, Exports.words(explorer.state).words().size(), "a word has its row");
    explorer.key(answer, KeyEvent.VK_A, InputEvent.CTRL_DOWN_MASK);
    assertEquals(3, Exports.words(explorer.state).words().size(), "a phrase, one more");
    explorer.key(answer, KeyEvent.VK_END, 0);
    explorer.key(answer, KeyEvent.VK_W, 0);
    assertEquals(List.of(5), explorer.selected(), "of no word");
    explorer.key(explorer.chart(), KeyEvent.VK_HOME, 0);
    explorer.key(explorer.chart(), KeyEvent.VK_RIGHT, 0);
    explorer.key(explorer.chart(), KeyEvent.VK_W, 0);
    assertEquals(List.of(1, 2, 3), explorer.selected());
    float[] mean = explorer.state.shown().patches();
    float expected = 0;
    for (int t = 1; t <= 3; t++) {
      expected += explorer.state.maps().values(t)[27] / 3;
    }
    assertEquals(expected, mean[27], 1e-7);
  }

  /** A place outside of the picture would be a riddle. */
  private static void peakOnPadding() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 4));
    assertEquals("padding", figure(explorer, "Peak at"), "of the first row of patches");
    EventQueue.invokeAndWait(() -> explorer.state.select(tokens -> tokens.select(2)));
    OpenExplorer.await("the third map", () -> explorer.state.shown().tokens()[0] == 2);
    assertEquals("62.5, 37.5 µm", figure(explorer, "Peak at"), "of the third");
  }

  private static String figure(OpenExplorer explorer, String name) throws Exception {
    List<JLabel> labels = new ArrayList<>();
    OpenExplorer.collect(explorer.find(Readout.class, 0), JLabel.class, labels);
    JLabel figure =
        labels.stream()
            .filter(label -> name.equals(label.getAccessibleContext().getAccessibleName()))
            .filter(label -> !name.equals(label.getText()))
            .findFirst()
            .get();
    return OpenExplorer.onEventThread(figure::getText);
  }

  private static void punctuation() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.of(400, 300, WORDS));
    AnswerPanel answer = explorer.answer();
    Rectangle point = answer.box(5);
    String tip =
        OpenExplorer.onEventThread(
            () ->
                answer.getToolTipText(
                    new MouseEvent(
                        answer, MouseEvent.MOUSE_MOVED, 0, 0, point.x + 2, point.y + 2, 0, false)));
    assertEquals("‹/s>: punctuation or a control token, in no word", tip);
    BufferedImage seen =
        new BufferedImage(answer.getWidth(), answer.getHeight(), BufferedImage.TYPE_INT_RGB);
    EventQueue.invokeAndWait(() -> answer.paint(seen.createGraphics()));
    int ground = seen.getRGB(point.x + point.width / 2, point.y + 3);
    assertEquals(ground >> 16 & 0xff, ground & 0xff, "grey");
    Rectangle word = answer.box(3);
    int blue = seen.getRGB(word.x + word.width / 2, word.y + 3);
    assertTrue((blue & 0xff) > (blue >> 16 & 0xff) + 20, Integer.toHexString(blue));
    assertTrue(changes(seen, point) > changes(seen, word) + 4, "a dashed frame");
  }

  private static void trust() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.withEvidence(400, 300, 4));
    TrustPanel panel = explorer.find(TrustPanel.class, 0);
    assertTrue(panel.isShowing());
    assertEquals(
        List.of(
            "From the picture",
            "p 0.500, without it 0.020 (25 ×)",
            "Map check: F −0.30 = 0.100 − 0.400",
            "Likelier with its top tenth hidden than alone",
            "Warning: map misses what mattered"),
        told(panel));
    JList<?> others = explorer.find(JList.class, 0);
    assertEquals(5, others.getModel().getSize());
    assertEquals("0.1000   <b>other", others.getModel().getElementAt(0));
    assertEquals("< 0.0001   <9>", others.getModel().getElementAt(4));
    assertEquals("Likeliest other tokens", others.getAccessibleContext().getAccessibleName());

    AnswerPanel answer = explorer.answer();
    Rectangle box = answer.box(2);
    explorer.click(answer, (int) box.getCenterX(), (int) box.getCenterY());
    OpenExplorer.await("the second map", () -> explorer.state.shown().tokens()[0] == 2);
    assertEquals("Would have come without the picture", told(panel).get(0));
    assertEquals("p 0.500, without it 0.400: its map says little", told(panel).get(1));
    String description = answer.getAccessibleContext().getAccessibleDescription();
    assertTrue(description.contains(", would have come without it, selected"), description);
    assertTrue(tip(answer, 2).endsWith(", would have come without it"), tip(answer, 2));
    assertTrue(tip(answer, 0).endsWith(", from the picture"), tip(answer, 0));
    EventQueue.invokeAndWait(() -> explorer.state.select(tokens -> tokens.select(1)));
    BufferedImage seen =
        new BufferedImage(answer.getWidth(), answer.getHeight(), BufferedImage.TYPE_INT_RGB);
    EventQueue.invokeAndWait(() -> answer.paint(seen.createGraphics()));
    assertTrue(dark(seen, box) > 0, "dots below what would have come without the picture");
    assertEquals(0, dark(seen, answer.box(0)));

    OpenExplorer plain = new OpenExplorer(Samples.result(400, 300, 4));
    assertFalse(plain.find(TrustPanel.class, 0).isShowing(), "nothing is known");
  }

  /** All is written, and the picture is still being compared with a plain one, which takes long. */
  private static void awaitedEvidence() throws Exception {
    AttentionResult whole = Samples.withEvidence(400, 300, 4);
    List<GeneratedToken> written =
        whole.maps().tokens().stream()
            .map(t -> new GeneratedToken(t.id(), t.text(), t.probability(), t.others(), null, null))
            .toList();
    AttentionResult first = whole.withTokens(written);
    OpenExplorer explorer = new OpenExplorer(first);
    TrustPanel panel = explorer.find(TrustPanel.class, 0);
    assertEquals("From the picture? Not asked", told(panel).get(0));
    JsonObject options = first.run().getAsJsonObject("options");
    options.addProperty("evidence", "on");
    EventQueue.invokeAndWait(() -> explorer.state.select(tokens -> tokens.select(1)));
    OpenExplorer.await("the second map", () -> explorer.state.shown().tokens()[0] == 1);
    assertEquals("From the picture? Not known yet", told(panel).get(0));
    Runnable growth = explorer.state.growth(whole);
    EventQueue.invokeAndWait(growth);
    assertEquals("Partly from the picture", told(panel).get(0));
  }

  static List<String> told(TrustPanel panel) throws Exception {
    return OpenExplorer.onEventThread(
        () -> {
          List<JLabel> labels = new ArrayList<>();
          OpenExplorer.collect(panel, JLabel.class, labels);
          labels.removeIf(label -> label.getLabelFor() != null);
          for (JLabel label : labels) {
            assertFalse(label.getAccessibleContext().getAccessibleName().isBlank());
          }
          return labels.stream().map(JLabel::getText).toList();
        });
  }

  private static String tip(AnswerPanel answer, int token) throws Exception {
    Rectangle box = answer.box(token);
    return OpenExplorer.onEventThread(
        () ->
            answer.getToolTipText(
                new MouseEvent(
                    answer, MouseEvent.MOUSE_MOVED, 0, 0, box.x + 2, box.y + 2, 0, false)));
  }

  /** Dark pixels right below a token's box. */
  private static int dark(BufferedImage seen, Rectangle box) {
    int dark = 0;
    for (int x = box.x; x < box.x + box.width; x++) {
      dark += (seen.getRGB(x, box.y + box.height + 2) & 0xff) < 128 ? 1 : 0;
    }
    return dark;
  }

  private static void methods() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.withEvidence(400, 300, 4));
    JMenu file = explorer.frame.getJMenuBar().getMenu(0);
    JMenuItem item =
        IntStream.range(0, file.getItemCount())
            .mapToObj(file::getItem)
            .filter(i -> i != null && i.getText().equals("Copy Methods Text"))
            .findFirst()
            .orElseThrow();
    EventQueue.invokeAndWait(item::doClick);
    Object copied =
        Toolkit.getDefaultToolkit().getSystemClipboard().getData(DataFlavor.stringFlavor);
    assertEquals(MethodsText.of(explorer.state.result()), copied);
  }

  /** How often the upper edge of a token's box changes its colour. */
  private static int changes(BufferedImage seen, Rectangle box) {
    int changes = 0;
    for (int x = box.x + 4; x < box.x + box.width - 4; x++) {
      int step = Math.abs((seen.getRGB(x, box.y) & 0xff) - (seen.getRGB(x + 1, box.y) & 0xff));
      changes += step > 20 ? 1 : 0;
    }
    return changes;
  }

  private static void focus() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.kept(400, 300, 4));
    List<Component> reached = new ArrayList<>();
    EventQueue.invokeAndWait(
        () -> {
          var policy = explorer.frame.getFocusTraversalPolicy();
          Component next = policy.getFirstComponent(explorer.frame);
          while (next != null && !reached.contains(next)) {
            reached.add(next);
            next = policy.getComponentAfter(explorer.frame, next);
          }
        });
    List<Component> controls = new ArrayList<>(List.of(explorer.answer(), explorer.chart()));
    OpenExplorer.collect(explorer.frame, JSlider.class, cast(controls));
    OpenExplorer.collect(explorer.frame, JCheckBox.class, cast(controls));
    OpenExplorer.collect(explorer.frame, javax.swing.JComboBox.class, cast(controls));
    OpenExplorer.collect(
        explorer.find(MethodRow.class, 0), javax.swing.JButton.class, cast(controls));
    assertEquals(11, controls.size(), "answer, plot, 3 sliders, 3 boxes, colours, method, check");
    for (Component control : controls) {
      assertTrue(reached.contains(control), "Tab does not reach " + control);
      String name = control.getAccessibleContext().getAccessibleName();
      assertTrue(name != null && !name.isBlank(), "no name for " + control);
    }
  }

  @SuppressWarnings("unchecked") // a list of components takes any component
  private static <T> List<T> cast(List<Component> components) {
    return (List<T>) components;
  }

  private static void plot() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    RatioChart chart = explorer.chart();
    explorer.click(chart, (int) chart.x(7), chart.getHeight() / 2);
    assertEquals(List.of(7), explorer.selected());
    explorer.mouse(chart, MouseEvent.MOUSE_DRAGGED, 0, (int) chart.x(9), 50);
    assertEquals(List.of(7, 8, 9), explorer.selected());
  }

  private static void stack() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    stack.show();
    stack.setSlice(3);
    OpenExplorer explorer = new OpenExplorer(result);
    OpenExplorer.await("the slice at opening", () -> explorer.state.selection().lead() == 2);
    stack.setSlice(8);
    OpenExplorer.await("the token to follow", () -> explorer.state.selection().lead() == 7);
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    OpenExplorer.await("the slice to follow", () -> stack.getSlice() == 9);
    for (int i = 0; i < 6; i++) {
      explorer.key(explorer.answer(), KeyEvent.VK_LEFT, 0);
    }
    OpenExplorer.await("the last of many steps", () -> stack.getSlice() == 3);
    Thread.sleep(200); // all echoes of the way there
    assertEquals(List.of(2), explorer.selected());
    explorer.key(explorer.answer(), KeyEvent.VK_END, InputEvent.SHIFT_DOWN_MASK);
    stack.updateAndDraw();
    Thread.sleep(200);
    assertEquals(10, explorer.selected().size(), "an update is no scrolling");
    assertEquals(3, stack.getSlice());
    EventQueue.invokeAndWait(stack::close);
    explorer.key(explorer.answer(), KeyEvent.VK_HOME, 0);
    assertEquals(List.of(0), explorer.selected());
  }

  /** The box in the heatmaps' window; null if it has none. */
  private static Checkbox box(ImagePlus heatmaps) {
    List<Checkbox> boxes = new ArrayList<>();
    OpenExplorer.collect(heatmaps.getWindow(), Checkbox.class, boxes);
    return boxes.isEmpty() ? null : boxes.get(0);
  }

  private static String range(ImagePlus heatmaps) {
    List<Label> labels = new ArrayList<>();
    OpenExplorer.collect(heatmaps.getWindow(), Label.class, labels);
    return labels.get(labels.size() - 1).getText();
  }

  private static void tick(Checkbox box, boolean ticked) throws Exception {
    EventQueue.invokeAndWait(
        () -> {
          box.setState(ticked);
          int change = ticked ? ItemEvent.SELECTED : ItemEvent.DESELECTED;
          box.dispatchEvent(
              new ItemEvent(box, ItemEvent.ITEM_STATE_CHANGED, box.getLabel(), change));
        });
  }

  private static void scale() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    double all = stack.getDisplayRangeMax();
    stack.show();
    OpenExplorer explorer = new OpenExplorer(result);
    for (int token : new int[] {4, 8, 1}) {
      EventQueue.invokeAndWait(() -> stack.setSlice(token));
      double own = stack.getStack().getProcessor(token).getStats().max;
      OpenExplorer.await("its own range", () -> Math.abs(stack.getDisplayRangeMax() - own) < 1e-8);
      OpenExplorer.await(
          "the same in the explorer", () -> Math.abs(explorer.state.scaleMaximum() - own) < 1e-8);
      OpenExplorer.await("its figure", () -> range(stack).contains(MapValue.text(own, false)));
    }
    JCheckBox common = explorer.find(JCheckBox.class, 1);
    EventQueue.invokeAndWait(common::doClick);
    OpenExplorer.await("one range", () -> Math.abs(stack.getDisplayRangeMax() - all) < 1e-8);
    OpenExplorer.await("the other box", () -> box(stack).getState());
    explorer.key(explorer.answer(), KeyEvent.VK_END, 0);
    OpenExplorer.await("the last slice", () -> stack.getSlice() == 12);
    assertEquals(all, stack.getDisplayRangeMax(), 1e-8);
    tick(box(stack), false);
    OpenExplorer.await("the explorer to follow", () -> !explorer.state.commonScale());
    assertFalse(OpenExplorer.onEventThread(common::isSelected));
    assertFalse(stack.changes, "nothing to save");
  }

  private static void scaleAlone() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    double all = stack.getDisplayRangeMax();
    stack.show();
    int listeners = ImagePlus.getListeners().size();
    OpenExplorer explorer = new OpenExplorer(result);
    explorer.close();
    EventQueue.invokeAndWait(() -> stack.setSlice(5));
    double own = stack.getStack().getProcessor(5).getStats().max;
    OpenExplorer.await("its own range", () -> Math.abs(stack.getDisplayRangeMax() - own) < 1e-8);
    tick(box(stack), true);
    OpenExplorer.await("one range", () -> Math.abs(stack.getDisplayRangeMax() - all) < 1e-8);
    OpenExplorer next = new OpenExplorer(result);
    assertTrue(OpenExplorer.onEventThread(next.state::commonScale), "as the heatmaps are");
    next.close();
    // ImageJ makes a new window for a stack of other dimensions.
    EventQueue.invokeAndWait(() -> stack.setDimensions(1, 6, 2));
    EventQueue.invokeAndWait(() -> stack.setOpenAsHyperStack(true));
    EventQueue.invokeAndWait(() -> stack.setStack(stack.getStack(), 1, 6, 2));
    EventQueue.invokeAndWait(stack::updateAndDraw);
    OpenExplorer.await("the box again", () -> box(stack) != null);
    EventQueue.invokeAndWait(stack::close);
    OpenExplorer.await("no listener", () -> ImagePlus.getListeners().size() == listeners);
  }

  private static void again() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    OpenExplorer explorer = new OpenExplorer(result);
    EventQueue.invokeAndWait(() -> explorer.frame.setExtendedState(Frame.ICONIFIED));
    Explorer.open(result, new FakeModel());
    EventQueue.invokeAndWait(() -> {});
    assertEquals(1, OpenExplorer.frames().size());
    assertEquals(Frame.NORMAL, explorer.frame.getExtendedState());
    assertEquals(1, WindowManager.getImageCount());
    explorer.close();
    new OpenExplorer(result).close();
  }

  private static void replaced() throws Exception {
    ImagePlus asked = NewImage.createByteImage("asked", 400, 300, 1, NewImage.FILL_WHITE);
    asked.show();
    ExplorerFrame frame = ask(asked, 0);
    EventQueue.invokeAndWait(() -> frame.setBounds(700, 400, 520, 610));
    for (int question = 2; question <= 3; question++) {
      ExplorerFrame next = ask(asked, question);
      assertEquals(new Rectangle(700, 400, 520, 610), next.getBounds());
      assertEquals(1, OpenExplorer.frames().size());
      assertEquals(2, WindowManager.getImageCount(), "the image and the explorer's picture");
    }
    ask(NewImage.createByteImage("other", 400, 300, 1, NewImage.FILL_WHITE), 0);
    assertEquals(2, OpenExplorer.frames().size());
  }

  /** Opens an answer about a part of an image that starts at a column. */
  private static ExplorerFrame ask(ImagePlus asked, int column) throws Exception {
    WindowArranger windows = WindowArranger.beside(asked);
    AttentionResult sample = Samples.result(400, 300, 12);
    Explorer.open(
        new AttentionResult(
            sample.maps(),
            sample.picture(),
            SourceFrame.of(asked, new Rectangle(column, 0, 400, 300), 0),
            sample.rendering(),
            sample.answer(),
            sample.sequence(),
            null,
            null,
            sample.run()),
        windows,
        new FakeModel());
    windows.arrange(null);
    Thread.sleep(500); // until they are in their places
    List<ExplorerFrame> frames = OpenExplorer.frames();
    return frames.get(frames.size() - 1);
  }

  private static void tabs() throws Exception {
    ImagePlus asked = NewImage.createByteImage("asked", 400, 300, 1, NewImage.FILL_WHITE);
    asked.show();
    ExplorerFrame frame = ask(asked, 0);
    ExplorerState first = OpenExplorer.onEventThread(frame::state);
    EventQueue.invokeAndWait(() -> first.setStyle(first.style().withOpacity(0.25)));
    assertEquals(frame, ask(asked, 0));
    assertEquals(2, WindowManager.getImageCount(), "the image and the explorer's picture");
    ExplorerState second = OpenExplorer.onEventThread(frame::state);
    assertNotSame(first, second);
    assertEquals(0.25, second.style().opacity());
    JTabbedPane tabs = tabs(frame);
    assertEquals(
        List.of("1: Where is <it>?", "2: Where is <it>?"),
        List.of(tabs.getTitleAt(0), tabs.getTitleAt(1)));
    EventQueue.invokeAndWait(() -> second.select(tokens -> tokens.select(5)));
    ImagePlus picture = OpenExplorer.newestPicture();
    EventQueue.invokeAndWait(() -> picture.setRoi(new Roi(10, 10, 50, 50)));
    OpenExplorer.await("shares", () -> second.regionShares() != null);
    assertNull(first.regionShares());
    assertEquals(second.result(), AttentionResult.of(picture));
    OpenExplorer.await("the second's map", () -> red(picture, 45) > red(picture, 20) + 10);
    EventQueue.invokeAndWait(() -> tabs.setSelectedIndex(0));
    assertEquals(first, OpenExplorer.onEventThread(frame::state));
    assertEquals(first.result(), AttentionResult.of(picture));
    OpenExplorer.await("the first's map", () -> red(picture, 45) < red(picture, 20) + 10);
    OpenExplorer.await("shares of the first", () -> first.regionShares() != null);
    assertEquals(
        0, OpenExplorer.onEventThread(() -> first.selection().lead()), "each has its tokens");
    EventQueue.invokeAndWait(() -> second.select(tokens -> tokens.select(7)));
    assertEquals(first.result(), AttentionResult.of(picture), "the first is still looked at");
  }

  /** Red of the picture with its map at the centre of a patch. */
  private static int red(ImagePlus picture, int patch) {
    Grid grid = AttentionResult.of(picture).maps().grid();
    ImagePlus flat = picture.flatten();
    int x = (int) grid.centreX(patch);
    return flat.getProcessor().getPixel(x, (int) grid.centreY(patch)) >> 16 & 0xff;
  }

  private static JTabbedPane tabs(ExplorerFrame frame) {
    List<JTabbedPane> found = new ArrayList<>();
    OpenExplorer.collect(frame.getContentPane(), JTabbedPane.class, found);
    return found.get(0);
  }

  private static void closingAnAnswer() throws Exception {
    ImagePlus asked = NewImage.createByteImage("asked", 400, 300, 1, NewImage.FILL_WHITE);
    asked.show();
    ExplorerFrame frame = ask(asked, 0);
    ask(asked, 0);
    ExplorerState second = OpenExplorer.onEventThread(frame::state);
    int listeners = ImagePlus.getListeners().size();
    EventQueue.invokeAndWait(() -> Explorer.close(second.result()));
    assertEquals(1, tabs(frame).getTabCount());
    assertTrue(frame.isShowing());
    assertEquals(listeners - 1, ImagePlus.getListeners().size());
    ExplorerState first = OpenExplorer.onEventThread(frame::state);
    EventQueue.invokeAndWait(() -> Explorer.close(first.result()));
    OpenExplorer.await("the windows to close", () -> !frame.isDisplayable());
    ask(asked, 0);
    assertEquals(1, OpenExplorer.frames().size());
  }

  private static void line() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    AttentionResult result = Samples.result(400, 300, 12);
    OpenExplorer explorer =
        new OpenExplorer(
            result,
            (earlier, question, followsUp, progress) -> {
              assertFalse(EventQueue.isDispatchThread());
              assertEquals(result, earlier);
              asked.set(question + (followsUp ? " (follow-up)" : ""));
              try {
                while (true) {
                  progress.update("Reading the prompt", 1, 2);
                  Thread.sleep(1);
                }
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                ended.countDown();
              }
            });
    AskLine line = explorer.find(AskLine.class, 0);
    JTextField field = (JTextField) part(line, JTextField.class);
    JButton button = (JButton) part(line, JButton.class);
    JLabel told = (JLabel) part(line, JLabel.class);
    EventQueue.invokeAndWait(button::doClick);
    assertTrue(OpenExplorer.onEventThread(field::isEnabled), "there is no question yet");
    EventQueue.invokeAndWait(() -> field.setText("  And where is 细胞? "));
    EventQueue.invokeAndWait(field::postActionEvent); // Enter
    OpenExplorer.await("the progress", () -> told.getText().equals("Reading the prompt 1/2"));
    assertEquals("And where is 细胞?", asked.get());
    assertFalse(OpenExplorer.onEventThread(field::isEnabled));
    assertEquals("Cancel", button.getText());
    explorer.key(explorer.answer(), KeyEvent.VK_ESCAPE, 0);
    ended.await();
    OpenExplorer.await("the end", field::isEnabled);
    assertEquals("Cancelled. Ask about this picture", told.getText());
    assertEquals("Ask", button.getText());
    assertEquals("  And where is 细胞? ", field.getText(), "to be asked again");
    EventQueue.invokeAndWait(((JCheckBox) part(line, JCheckBox.class))::doClick);
    EventQueue.invokeAndWait(button::doClick);
    OpenExplorer.await("the progress", () -> told.getText().equals("Reading the prompt 1/2"));
    assertEquals("And where is 细胞? (follow-up)", asked.get());
    explorer.close(); // cancels, too
  }

  private static Component part(AskLine line, Class<?> type) {
    Container above = (Container) ((BorderLayout) line.getLayout()).getLayoutComponent("First");
    return Stream.of(line.getComponents(), above.getComponents())
        .flatMap(Stream::of)
        .filter(type::isInstance)
        .findFirst()
        .get();
  }

  private static void region() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    OpenExplorer explorer = new OpenExplorer(result);
    assertEquals(1, explorer.picture.getCanvas().getMagnification());
    pull(explorer, 50, 40, 170, 130);
    OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
    assertEquals(new Rectangle(50, 40, 120, 90), explorer.picture.getRoi().getBounds());
    double[] expected =
        RegionAttention.of(Region.rectangle(50, 40, 120, 90), result.maps()).shares();
    awaitShares(explorer, expected);
    assertEquals(expected[4], explorer.state.shade(4), 1e-9);
    pull(explorer, 100, 80, 180, 140); // moves it
    assertEquals(new Rectangle(130, 100, 120, 90), explorer.picture.getRoi().getBounds());
    awaitShares(
        explorer, RegionAttention.of(Region.rectangle(130, 100, 120, 90), result.maps()).shares());
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(0, 0, 400, 300)));
    OpenExplorer.await(
        "the whole picture", () -> Math.abs(explorer.state.regionShares()[4] - 1) < 1e-9);
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new OvalRoi(-50, -50, 90, 70)));
    OpenExplorer.await("part of an oval", () -> explorer.state.regionShares()[4] < 0.5);
    EventQueue.invokeAndWait(() -> explorer.picture.deleteRoi());
    OpenExplorer.await("no region", () -> explorer.state.regionShares() == null);
  }

  /** Draws or moves a selection with the mouse. */
  private static void pull(OpenExplorer explorer, int fromX, int fromY, int toX, int toY)
      throws Exception {
    Component canvas = explorer.picture.getCanvas();
    explorer.mouse(canvas, MouseEvent.MOUSE_MOVED, 0, fromX, fromY);
    explorer.mouse(canvas, MouseEvent.MOUSE_PRESSED, 0, fromX, fromY);
    for (int step = 1; step <= 4; step++) {
      int x = fromX + (toX - fromX) * step / 4;
      int y = fromY + (toY - fromY) * step / 4;
      explorer.mouse(canvas, MouseEvent.MOUSE_DRAGGED, 0, x, y);
    }
    explorer.mouse(canvas, MouseEvent.MOUSE_RELEASED, 0, toX, toY);
  }

  private static void awaitShares(OpenExplorer explorer, double[] expected) throws Exception {
    OpenExplorer.await(
        "shares of the region",
        () -> Math.abs(explorer.state.regionShares()[4] - expected[4]) < 1e-9);
    assertArrayEquals(expected, explorer.state.regionShares(), 1e-9);
  }

  private static void escape() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    explorer.key(explorer.answer(), KeyEvent.VK_A, InputEvent.CTRL_DOWN_MASK);
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(50, 40, 120, 90)));
    OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
    explorer.key(explorer.answer(), KeyEvent.VK_ESCAPE, 0);
    OpenExplorer.await("no region", () -> explorer.state.regionShares() == null);
    assertNull(explorer.picture.getRoi());
    assertEquals(12, explorer.selected().size());
    explorer.key(explorer.answer(), KeyEvent.VK_ESCAPE, 0);
    assertEquals(1, explorer.selected().size());
  }

  private static void layers() throws Exception {
    AttentionResult result = Samples.kept(400, 300, 5);
    OpenExplorer explorer = new OpenExplorer(result);
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    assertEquals(List.of(1), explorer.selected());
    JSlider layer = explorer.find(JSlider.class, 1);
    JSlider head = explorer.find(JSlider.class, 2);
    EventQueue.invokeAndWait(() -> layer.setValue(2));
    EventQueue.invokeAndWait(() -> head.setValue(1));
    int patch = Samples.patch(1, 2, 1);
    OpenExplorer.await("the head's map", () -> explorer.state.shown().patches()[patch] == 1);
    OpenExplorer.await("all maps", () -> explorer.state.maps() != result.maps());
    OpenExplorer.await(
        "another token's map", () -> explorer.state.maps().values(4)[Samples.patch(4, 2, 1)] == 1);
    EventQueue.invokeAndWait(() -> layer.setValue(-1));
    EventQueue.invokeAndWait(() -> head.setValue(-1));
    OpenExplorer.await("the run's own maps", () -> explorer.state.maps() == result.maps());
    OpenExplorer.await("its map", () -> explorer.state.shown().patches()[9] > 0.3);
  }

  private static void growing() throws Exception {
    AttentionResult whole = Samples.kept(400, 300, 12);
    AttentionResult part = Samples.first(whole, 5);
    OpenExplorer explorer = new OpenExplorer(part);
    EventQueue.invokeAndWait(() -> explorer.state.select(tokens -> tokens.select(1)));
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, InputEvent.SHIFT_DOWN_MASK);
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(0, 0, 400, 300)));
    OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
    JSlider layer = explorer.find(JSlider.class, 1);
    EventQueue.invokeAndWait(() -> layer.setValue(2));
    EventQueue.invokeAndWait(Explorer.growth(part, whole));
    OpenExplorer.await("all maps", () -> explorer.state.maps().size() == 12);
    OpenExplorer.await("all shares", () -> explorer.state.regionShares().length == 12);
    assertEquals(List.of(1, 2), explorer.selected());
    OpenExplorer.await(
        "the layer's map", () -> explorer.state.maps().values(11)[Samples.patch(11, 2, 0)] > 0.4);
    assertEquals(whole, AttentionResult.of(explorer.picture));
    explorer.key(explorer.answer(), KeyEvent.VK_END, 0);
    assertEquals(List.of(11), explorer.selected());
    Rectangle last = OpenExplorer.onEventThread(() -> explorer.answer().box(11));
    explorer.click(explorer.answer(), last.x + 2, last.y + 2);
    assertEquals(List.of(11), explorer.selected());
    int open = OpenExplorer.frames().size();
    Explorer.open(whole, new FakeModel());
    EventQueue.invokeAndWait(() -> {});
    assertEquals(open, OpenExplorer.frames().size(), "it is the same answer");
    EventQueue.invokeAndWait(Explorer.growth(Samples.result(40, 30, 2), whole)); // of nobody's
    explorer.close();
    EventQueue.invokeAndWait(Explorer.growth(whole, whole)); // closed
  }

  private static void noLayers() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(40, 30, 2));
    List<JSlider> sliders = new ArrayList<>();
    OpenExplorer.collect(explorer.frame, JSlider.class, sliders);
    assertEquals(1, sliders.size(), "opacity only");
  }

  private static void closing() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    stack.show();
    int roiListeners = Roi.getListeners().size();
    int imageListeners = ImagePlus.getListeners().size();
    OpenExplorer byFrame = new OpenExplorer(result);
    byFrame.close();
    OpenExplorer byPicture = new OpenExplorer(result);
    EventQueue.invokeAndWait(() -> byPicture.picture.close());
    OpenExplorer.await("the frame", () -> !byPicture.frame.isDisplayable());
    OpenExplorer one = new OpenExplorer(result);
    OpenExplorer two = new OpenExplorer(Samples.result(400, 300, 12));
    EventQueue.invokeAndWait(stack::close);
    one.key(one.answer(), KeyEvent.VK_END, 0);
    one.close();
    two.key(two.answer(), KeyEvent.VK_END, 0);
    assertEquals(List.of(11), two.selected());
    two.close();
    assertEquals(roiListeners, Roi.getListeners().size());
    assertEquals(imageListeners, ImagePlus.getListeners().size());
    assertEquals(0, WindowManager.getImageCount());
    assertEquals(0, WindowManager.getNonImageWindows().length);
  }

  private static void extremes() throws Exception {
    for (int[] size : new int[][] {{1, 1}, {5000, 3}, {3, 5000}}) {
      OpenExplorer explorer = new OpenExplorer(Samples.result(size[0], size[1], 3));
      explorer.key(explorer.answer(), KeyEvent.VK_END, 0);
      assertEquals(List.of(2), explorer.selected());
      EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(0, 0, 1, 1)));
      OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
      assertNoNaN(explorer);
      assertNotNull(OpenExplorer.onEventThread(explorer.picture::flatten));
      explorer.close();
    }
  }

  private static void zeros() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.empty(400, 300, 3));
    explorer.key(explorer.answer(), KeyEvent.VK_END, 0);
    assertEquals(List.of(2), explorer.selected());
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(10, 10, 50, 50)));
    OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
    assertNoNaN(explorer);
    EventQueue.invokeAndWait(explorer.find(JCheckBox.class, 1)::doClick);
    assertNoNaN(explorer);
  }

  private static void signed() throws Exception {
    AttentionResult result = Samples.signed(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    stack.show();
    OpenExplorer explorer = new OpenExplorer(result);
    assertEquals(HeatColours.DIVERGING, explorer.state.style().colours());
    assertEquals(1, explorer.find(JComboBox.class, 0).getItemCount());
    explorer.key(explorer.answer(), KeyEvent.VK_END, 0);
    explorer.selected();
    double own = explorer.state.scaleMaximum();
    OpenExplorer.await("its range", () -> Math.abs(stack.getDisplayRangeMin() + own) < 1e-8);
    String figure = MapValue.text(own, true);
    OpenExplorer.await(
        "its figure",
        () -> range(stack).equals("Colours: -%1$s to %1$s per patch".formatted(figure)));
    ColourBar bar = explorer.find(ColourBar.class, 0);
    assertEquals(
        "-%1$s to %1$s per patch".formatted(figure),
        bar.getAccessibleContext().getAccessibleDescription());
    EventQueue.invokeAndWait(() -> explorer.picture.setRoi(new Roi(0, 0, 150, 300)));
    OpenExplorer.await("shares", () -> explorer.state.regionShares() != null);
    assertTrue(OpenExplorer.onEventThread(explorer.state::minimumShade) < -0.1);
    BufferedImage seen = new BufferedImage(500, 200, BufferedImage.TYPE_INT_RGB);
    EventQueue.invokeAndWait(() -> explorer.chart().paint(seen.createGraphics()));
    assertNoNaN(explorer);
    ImagePlus flat = OpenExplorer.onEventThread(explorer.picture::flatten);
    Grid grid = explorer.state.maps().grid();
    int peak = flat.getProcessor().getPixel((int) grid.centreX(35), (int) grid.centreY(35));
    assertTrue((peak & 0xff) > (peak >> 16 & 0xff) + 50, Integer.toHexString(peak));
  }

  private static void assertNoNaN(OpenExplorer explorer) throws Exception {
    List<JLabel> labels = new ArrayList<>();
    OpenExplorer.collect(explorer.frame, JLabel.class, labels);
    for (JLabel label : labels) {
      String text = OpenExplorer.onEventThread(label::getText);
      assertFalse(text.contains("NaN") || text.contains("Infinity"), text);
    }
    assertFalse(Double.isNaN(OpenExplorer.onEventThread(() -> explorer.state.shade(0))));
    assertFalse(Double.isNaN(OpenExplorer.onEventThread(explorer.state::scaleMaximum)));
    String said = explorer.answer().getAccessibleContext().getAccessibleDescription();
    assertFalse(said.contains("NaN"), said);
  }

  private static void overlay() throws Exception {
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12));
    EventQueue.invokeAndWait(() -> explorer.picture.setOverlay(null));
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    OpenExplorer.await("the map again", () -> explorer.picture.getOverlay() != null);
    EventQueue.invokeAndWait(() -> explorer.picture.getOverlay().add(new Roi(5, 5, 10, 10)));
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    explorer.selected();
    assertEquals(2, explorer.picture.getOverlay().size(), "what users add stays");
  }
}
