package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.WindowManager;
import java.awt.Component;
import java.awt.Dialog;
import java.awt.EventQueue;
import java.awt.Window;
import java.awt.event.KeyEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.swing.JButton;
import javax.swing.JComboBox;
import javax.swing.JLabel;
import javax.swing.JMenu;
import javax.swing.JMenuItem;
import javax.swing.JPopupMenu;
import javax.swing.JSlider;
import javax.swing.JTextArea;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HeatColours;

/** Other methods and checks, of the explorer; run by {@link ExplorerScenarios}. */
final class MapScenarios {
  private static final String OTHER = "logit-attribution";
  private static final String INVITATION = "Ask about this picture";

  private MapScenarios() {}

  static Map<String, ExplorerScenarios.Scenario> all() {
    Map<String, ExplorerScenarios.Scenario> all = new LinkedHashMap<>();
    all.put("every method can be chosen, with the time it takes", MapScenarios::methods);
    all.put("another method's maps are made once, off the event thread", MapScenarios::made);
    all.put("a method that takes minutes is asked about first", MapScenarios::longMethod);
    all.put("a method that fails or is cancelled changes nothing", MapScenarios::failure);
    all.put("of another method's maps, no layers can be chosen", MapScenarios::layers);
    all.put("while an answer is written, its method stays", MapScenarios::growing);
    all.put("a map is checked, and what was found stays", MapScenarios::check);
    all.put("the maps of a word are checked one by one", MapScenarios::checks);
    all.put("the two pictures of a check can be seen", MapScenarios::pictures);
    return all;
  }

  private static void methods() throws Exception {
    FakeModel model = new FakeModel();
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12), model);
    List<JMenuItem> items = items(explorer);
    assertEquals(AttributionMethods.names(), items.stream().map(JMenuItem::getName).toList());
    assertEquals(AttributionMethods.names(), items.stream().map(JMenuItem::getText).toList());
    assertEquals(
        List.of("language"),
        items.stream().filter(JMenuItem::isSelected).map(JMenuItem::getName).toList());
    for (JMenuItem item : items) {
      assertEquals(
          item.getName().equals("tam")
              ? "Where the picture stands before the question, it knows nothing of the question."
              : "Maps by another method, here; heatmaps that are open stay as they are",
          item.getToolTipText());
      assertEquals(item.getText(), item.getAccessibleContext().getAccessibleName());
    }
    JButton button = button(explorer, "method");
    assertEquals("Method", button.getAccessibleContext().getAccessibleName());
    assertTrue(
        button.getAccessibleContext().getAccessibleDescription().startsWith("language."),
        button.getAccessibleContext().getAccessibleDescription());
    EventQueue.invokeAndWait(button::doClick);
    assertTrue(OpenExplorer.onEventThread(() -> isMenuOpen()));
    model.seconds = 170;
    List<String> texts = items(explorer).stream().map(JMenuItem::getText).toList();
    assertTrue(texts.contains("occlusion (about 3 min)"), texts.toString());
    assertTrue(texts.contains("language"), "they are there already");
    model.seconds = 1.9;
    assertEquals("occlusion", item(explorer, "occlusion").getText());
    model.seconds = 33;
    assertEquals("occlusion (about 35 s)", item(explorer, "occlusion").getText());
    model.seconds = 8000;
    assertEquals("occlusion (about 2.2 h)", item(explorer, "occlusion").getText());
  }

  private static boolean isMenuOpen() {
    return Stream.of(javax.swing.MenuSelectionManager.defaultManager().getSelectedPath())
        .anyMatch(JPopupMenu.class::isInstance);
  }

  private static void made() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    ImagePlus stack = result.heatmaps();
    stack.show();
    FakeModel model = new FakeModel();
    model.works = true;
    OpenExplorer explorer = new OpenExplorer(result, model);
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    assertEquals(List.of(1), explorer.selected());
    JComboBox<?> colours = explorer.find(JComboBox.class, 0);
    EventQueue.invokeAndWait(() -> colours.setSelectedItem(HeatColours.VIRIDIS));
    choose(explorer, OTHER);
    JLabel told = line(explorer);
    OpenExplorer.await("the progress", () -> told.getText().equals("Reading the prompt 1/2"));
    assertFalse(button(explorer, "method").isEnabled());
    assertFalse(button(explorer, "check").isEnabled());
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    assertEquals(List.of(2), explorer.selected(), "one can look on meanwhile");
    choose(explorer, "rollout");
    model.works = false;
    OpenExplorer.await("its maps", () -> explorer.state.method().equals(OTHER));
    OpenExplorer.await("the end", () -> told.getText().equals(INVITATION));
    assertEquals(List.of(OTHER), model.asked);
    assertEquals(OTHER, button(explorer, "method").getText());
    assertTrue(button(explorer, "method").isEnabled());
    assertEquals(List.of(2), explorer.selected());
    AttentionResult other = OpenExplorer.onEventThread(explorer.state::result);
    assertSame(other, AttentionResult.of(explorer.picture));
    assertSame(result, AttentionResult.of(stack), "heatmaps stay");
    assertArrayEquals(other.maps().values(2), explorer.state.shown().patches());
    assertEquals(HeatColours.DIVERGING, explorer.state.style().colours());
    assertEquals(1, colours.getItemCount());
    String range =
        explorer.find(ColourBar.class, 0).getAccessibleContext().getAccessibleDescription();
    assertTrue(range.startsWith("-") || range.startsWith("−"), range);
    stack.setSlice(6);
    OpenExplorer.await("the token to follow", () -> explorer.state.selection().lead() == 5);

    choose(explorer, "language");
    assertSame(result, OpenExplorer.onEventThread(explorer.state::result), "at once");
    assertEquals(HeatColours.VIRIDIS, explorer.state.style().colours());
    assertEquals(HeatColours.VIRIDIS, colours.getSelectedItem());
    assertSame(result, AttentionResult.of(explorer.picture));
    choose(explorer, OTHER);
    assertSame(other, OpenExplorer.onEventThread(explorer.state::result), "at once");
    assertEquals(1, model.asked.size());
    int open = OpenExplorer.frames().size();
    Explorer.open(result, model);
    Explorer.open(other, model);
    EventQueue.invokeAndWait(() -> {});
    assertEquals(open, OpenExplorer.frames().size(), "it is the same answer");
    assertEquals(1, explorer.find(javax.swing.JTabbedPane.class, 0).getTabCount());
  }

  private static void longMethod() throws Exception {
    FakeModel model = new FakeModel();
    model.seconds = 170;
    OpenExplorer explorer = new OpenExplorer(Samples.result(400, 300, 12), model);
    for (String answer : List.of("Cancel", "OK")) {
      JMenuItem item = item(explorer, OTHER);
      EventQueue.invokeLater(item::doClick); // waits for the answer
      Dialog box = dialog();
      assertTrue(
          text(box).startsWith("Maps by the method logit-attribution will take about 3 min."),
          text(box));
      click(box, answer);
      OpenExplorer.await("the box to close", () -> !box.isShowing());
    }
    OpenExplorer.await("its maps", () -> explorer.state.method().equals(OTHER));
    assertEquals(List.of(OTHER), model.asked, "after OK only");
  }

  private static void failure() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    FakeModel model = new FakeModel();
    model.failure = "Expected the model that gave the answer, but its files changed.";
    OpenExplorer explorer = new OpenExplorer(result, model);
    choose(explorer, OTHER);
    Dialog box = dialog();
    assertEquals(model.failure, text(box));
    click(box, "OK");
    OpenExplorer.await("the end", () -> line(explorer).getText().equals(INVITATION));
    model.works = true;
    choose(explorer, OTHER);
    OpenExplorer.await("the work", () -> model.asked.size() == 2);
    explorer.key(explorer.answer(), KeyEvent.VK_ESCAPE, 0);
    OpenExplorer.await(
        "the cancel", () -> line(explorer).getText().equals("Cancelled. " + INVITATION));
    assertSame(result, OpenExplorer.onEventThread(explorer.state::result));
    assertEquals("language", button(explorer, "method").getText());
    assertTrue(button(explorer, "method").isEnabled());
    choose(explorer, OTHER);
    OpenExplorer.await("the work", () -> model.asked.size() == 3);
    explorer.close(); // cancels, too
  }

  private static void layers() throws Exception {
    AttentionResult result = Samples.kept(400, 300, 5);
    OpenExplorer explorer = new OpenExplorer(result, new FakeModel());
    JSlider layer = explorer.find(JSlider.class, 1);
    EventQueue.invokeAndWait(() -> layer.setValue(2));
    OpenExplorer.await("all maps", () -> explorer.state.maps() != result.maps());
    assertFalse(button(explorer, "check").isEnabled(), "the check is of the run's maps");
    choose(explorer, OTHER);
    OpenExplorer.await("its maps", () -> explorer.state.method().equals(OTHER));
    assertFalse(layer.isEnabled());
    assertEquals(-1, layer.getValue());
    assertNotNull(layer.getToolTipText());
    OpenExplorer.await("the end", () -> button(explorer, "check").isEnabled());
    choose(explorer, "language");
    assertTrue(layer.isEnabled());
    assertSame(result.maps(), OpenExplorer.onEventThread(explorer.state::maps));
    EventQueue.invokeAndWait(() -> layer.setValue(2));
    OpenExplorer.await(
        "the layer's maps", () -> explorer.state.maps().values(4)[Samples.patch(4, 2, 0)] > 0.4);
  }

  private static void growing() throws Exception {
    AttentionResult whole = Samples.kept(400, 300, 12);
    JsonObject run = whole.run().deepCopy();
    run.addProperty("written", "5 of at most 12 tokens");
    AttentionResult first = Samples.first(whole, 5);
    AttentionResult part =
        new AttentionResult(
            first.maps(),
            first.picture(),
            first.source(),
            first.rendering(),
            first.answer(),
            first.sequence(),
            null,
            first.kept(),
            run);
    OpenExplorer explorer = new OpenExplorer(part, new FakeModel());
    assertFalse(button(explorer, "method").isEnabled());
    assertEquals("Once all is written", button(explorer, "method").getToolTipText());
    EventQueue.invokeAndWait(Explorer.growth(part, whole));
    OpenExplorer.await("the end", () -> button(explorer, "method").isEnabled());
    choose(explorer, OTHER);
    OpenExplorer.await("its maps", () -> explorer.state.method().equals(OTHER));
    assertEquals(12, explorer.state.maps().size());
  }

  private static void check() throws Exception {
    AttentionResult result = Samples.kept(400, 300, 5);
    FakeModel model = new FakeModel();
    model.seconds = 12.4;
    OpenExplorer explorer = new OpenExplorer(result, model);
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    explorer.selected();
    JButton check = button(explorer, "check");
    assertEquals(
        "Does the token need what its map is highest on? Two passes, about 10 s",
        check.getToolTipText());
    assertEquals("Check map", check.getAccessibleContext().getAccessibleName());
    EventQueue.invokeAndWait(check::doClick);
    OpenExplorer.await("what was found", () -> explorer.state.maps().hasChecks());
    OpenExplorer.await("the end", () -> line(explorer).getText().equals(INVITATION));
    assertEquals(List.of("check 1"), model.asked);
    assertEquals(new MapCheck(0.6, 0.1), explorer.state.result().maps().tokens().get(1).check());
    assertSame(result.kept(), explorer.state.result().kept(), "layers can still be chosen");
    assertSame(explorer.state.result(), AttentionResult.of(explorer.picture));
    TrustPanel panel = explorer.find(TrustPanel.class, 0);
    assertTrue(panel.isShowing());
    assertEquals("Map check: F 0.50 = 0.600 − 0.100", ExplorerScenarios.told(panel).get(2));
    assertFalse(check.isEnabled());
    assertEquals("It is checked", check.getToolTipText());
    choose(explorer, OTHER);
    OpenExplorer.await("its maps", () -> explorer.state.method().equals(OTHER));
    choose(explorer, "language");
    assertTrue(OpenExplorer.onEventThread(() -> explorer.state.maps().hasChecks()));
    model.works = true;
    explorer.key(explorer.answer(), KeyEvent.VK_RIGHT, 0);
    explorer.selected();
    OpenExplorer.await("the button", check::isEnabled);
    EventQueue.invokeAndWait(check::doClick);
    OpenExplorer.await(
        "the progress", () -> line(explorer).getText().equals("Reading the prompt 1/2"));
    explorer.key(explorer.answer(), KeyEvent.VK_ESCAPE, 0);
    OpenExplorer.await(
        "the cancel", () -> line(explorer).getText().equals("Cancelled. " + INVITATION));
    assertTrue(check.isEnabled());
  }

  private static void checks() throws Exception {
    FakeModel model = new FakeModel();
    OpenExplorer explorer =
        new OpenExplorer(Samples.of(400, 300, List.of("A", " ba", "nan", "a", ".")), model);
    EventQueue.invokeAndWait(() -> explorer.state.selectWord(2));
    explorer.selected();
    model.seconds = 25;
    JButton check = button(explorer, "check");
    EventQueue.invokeLater(check::doClick);
    Dialog box = dialog();
    assertTrue(text(box).startsWith("The checks will take about 1 min."), text(box));
    click(box, "OK");
    OpenExplorer.await("all three", () -> model.asked.size() == 3);
    OpenExplorer.await("the end", () -> line(explorer).getText().equals(INVITATION));
    assertEquals(List.of("check 1", "check 2", "check 3"), model.asked);
    TrustPanel panel = explorer.find(TrustPanel.class, 0);
    assertEquals("Map checks of 3: F 0.30 to 0.50", ExplorerScenarios.told(panel).get(2));
    assertFalse(check.isEnabled());
  }

  private static void pictures() throws Exception {
    AttentionResult result = Samples.result(400, 300, 12);
    OpenExplorer explorer = new OpenExplorer(result, new FakeModel());
    JMenu map = explorer.frame.getJMenuBar().getMenu(2);
    assertEquals("Map", map.getText());
    EventQueue.invokeAndWait(map.getItem(1)::doClick);
    EventQueue.invokeAndWait(map.getItem(2)::doClick);
    for (String which : List.of("Only", "All but")) {
      String title = which + " the top tenth of token 1 (language) of " + result.source().title();
      OpenExplorer.await(title, () -> WindowManager.getImage(title) != null);
      ImagePlus image = WindowManager.getImage(title);
      assertEquals(400, image.getWidth());
      assertEquals("µm", image.getCalibration().getUnit());
    }
  }

  private static void choose(OpenExplorer explorer, String method) throws Exception {
    JMenuItem item = item(explorer, method);
    EventQueue.invokeAndWait(
        () -> {
          if (button(explorer, "method").isEnabled()) {
            item.doClick();
          }
        });
  }

  private static JMenuItem item(OpenExplorer explorer, String method) throws Exception {
    return items(explorer).stream()
        .filter(item -> item.getName().equals(method))
        .findFirst()
        .orElseThrow();
  }

  private static List<JMenuItem> items(OpenExplorer explorer) throws Exception {
    return OpenExplorer.onEventThread(
        () ->
            Stream.of(explorer.find(MethodRow.class, 0).menu().getComponents())
                .map(JMenuItem.class::cast)
                .toList());
  }

  private static JButton button(OpenExplorer explorer, String name) {
    List<JButton> buttons = new ArrayList<>();
    OpenExplorer.collect(explorer.find(MethodRow.class, 0), JButton.class, buttons);
    return buttons.stream().filter(b -> name.equals(b.getName())).findFirst().orElseThrow();
  }

  private static JLabel line(OpenExplorer explorer) {
    List<JLabel> labels = new ArrayList<>();
    OpenExplorer.collect(explorer.find(AskLine.class, 0), JLabel.class, labels);
    return labels.get(0);
  }

  private static Dialog dialog() throws Exception {
    OpenExplorer.await("a box", () -> openDialog() != null);
    return OpenExplorer.onEventThread(MapScenarios::openDialog);
  }

  private static Dialog openDialog() {
    return Stream.of(Window.getWindows())
        .filter(window -> window instanceof Dialog && window.isShowing())
        .map(Dialog.class::cast)
        .findFirst()
        .orElse(null);
  }

  private static String text(Dialog box) {
    List<JTextArea> texts = new ArrayList<>();
    OpenExplorer.collect(box, JTextArea.class, texts);
    return texts.get(0).getText();
  }

  private static void click(Dialog box, String name) throws Exception {
    List<JButton> buttons = new ArrayList<>();
    OpenExplorer.collect(box, JButton.class, buttons);
    Component button =
        buttons.stream().filter(b -> name.equals(b.getText())).findFirst().orElseThrow();
    EventQueue.invokeAndWait(((JButton) button)::doClick);
  }
}
