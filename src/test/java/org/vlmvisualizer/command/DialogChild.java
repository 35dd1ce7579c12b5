package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImageJ;
import ij.ImagePlus;
import ij.Prefs;
import ij.WindowManager;
import java.awt.AWTException;
import java.awt.Component;
import java.awt.Container;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.Image;
import java.awt.Rectangle;
import java.awt.Robot;
import java.awt.Window;
import java.awt.event.KeyEvent;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import javax.imageio.ImageIO;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JComboBox;
import javax.swing.JDialog;
import javax.swing.JFrame;
import javax.swing.JSpinner;
import javax.swing.JTable;
import javax.swing.JToggleButton;
import javax.swing.text.JTextComponent;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.dialog.Option;
import org.vlmvisualizer.dialog.OptionsDialog;
import org.vlmvisualizer.shelf.AnswerTimes;
import org.vlmvisualizer.shelf.StageTimes;

/**
 * Runs in a Java of its own with a display: opens the dialog in a real ImageJ, plays the user, and
 * prints what came of it, one line each.
 */
public final class DialogChild {
  private static final String FAMILIES = Golden.ROOT.resolve("families") + "/";
  private static final String SMOLVLM = "smolvlm-tiles/checkpoint";
  private static final String QWEN = FAMILIES + "qwen2.5-vl-one/checkpoint";

  private final Context context = new Context();
  private final Robot robot;

  private DialogChild() throws AWTException {
    robot = new Robot();
    robot.setAutoDelay(10);
  }

  /**
   * @param arguments what the user does; then the model, and a file for the screenshot
   */
  public static void main(String[] arguments) throws Exception {
    new ImageJ();
    DialogChild child = new DialogChild();
    if (arguments[0].equals("models")) {
      child.models(arguments[2]);
      System.exit(0);
    }
    if (arguments[0].equals("slow")) {
      child.slowNote();
      System.exit(0);
    }
    child.play(arguments[0], arguments[1], arguments.length > 2 ? arguments[2] : null);
    System.exit(0);
  }

  private void play(String what, String model, String screenshot) throws Exception {
    if (!model.equals("demo")) {
      Prefs.set("vlmvisualizer.model", model);
    }
    ImagePlus picture = IJ.openImage("src/main/resources/demo-images/page.png");
    boolean isOpen = !what.equals("noimage");
    if (isOpen) {
      picture.show();
    }
    if (what.equals("cost")) {
      picture.setRoi(0, 0, 64, 32);
      StageTimes last = new StageTimes(100, 110, 0, 10, 11, 0.5);
      AnswerTimes.ofThisUser().record(Path.of(QWEN), "cpu", "float32", 0, last);
    }
    Future<? extends Module> run = start(isOpen ? picture : null);
    if (isOpen) {
      drive(what, screenshot);
    } else {
      JDialog box = awaitDialog("VLM Visualizer");
      say("told", find(box, JTextComponent.class, null).getText());
      onEventThread(
          () -> {
            box.dispose();
            return null;
          });
    }
    Module module = run.get();
    ShowAttention command = (ShowAttention) module.getDelegateObject();
    say("cancelled", command.isCanceled());
    say("reason", command.getCancelReason());
    say("model", module.getInput("model"));
    say("prompt", module.getInput("prompt"));
    say("length", module.getInput("length"));
    say("method", module.getInput("method"));
    ImagePlus maps = (ImagePlus) module.getOutput("heatmaps");
    say("slices", maps == null ? 0 : maps.getStackSize());
    say("remembered", Prefs.get("vlmvisualizer.prompt", "nothing"));
  }

  private void models(String screenshot) throws Exception {
    Image icon = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
    IJ.getInstance().setIconImage(icon);
    context.service(CommandService.class).run(Models.class, true).get();
    JFrame window = null;
    for (int i = 0; i < 400 && (window == null || rows(window) == 0); i++) {
      Thread.sleep(50);
      window = (JFrame) find(Window.getWindows(), JFrame.class, "Models");
    }
    JTable table = find(window, JTable.class, "models");
    JButton remove = find(window, JButton.class, "Remove…");
    say("rows", onEventThread(table::getRowCount));
    for (int row = 0; row < rows(window); row++) {
      int here = row;
      onEventThread(
          () -> {
            table.setRowSelectionInterval(here, here);
            return null;
          });
      say("removable " + table.getValueAt(row, 0), onEventThread(remove::isEnabled));
    }
    JFrame shown = window;
    use(shown, table);
    say("icon", shown.getIconImages().equals(List.of(icon)));
    Rectangle bounds = onEventThread(shown::getBounds);
    Thread.sleep(500);
    ImageIO.write(robot.createScreenCapture(bounds), "png", new File(screenshot));
  }

  /** By keyboard alone: sorts by parameters, chooses the last line by Enter. */
  private void use(JFrame window, JTable table) throws Exception {
    onEventThread(
        () -> {
          table.getRowSorter().toggleSortOrder(3);
          table.setRowSelectionInterval(table.getRowCount() - 1, table.getRowCount() - 1);
          window.toFront();
          return table.requestFocusInWindow();
        });
    robot.waitForIdle();
    Thread.sleep(300);
    say("sorted", onEventThread(() -> table.getValueAt(0, 3)));
    say("details", onEventThread(() -> find(window, JTextComponent.class, "details").getText()));
    onEventThread(
        () -> {
          int demo = 0;
          while (!table.getValueAt(demo, 0).equals("demo")) {
            demo++;
          }
          table.setRowSelectionInterval(demo, demo);
          return null;
        });
    robot.keyPress(KeyEvent.VK_ENTER);
    robot.keyRelease(KeyEvent.VK_ENTER);
    robot.waitForIdle();
    say("used", Prefs.get("vlmvisualizer.model", "nothing"));
    robot.keyPress(KeyEvent.VK_TAB);
    robot.keyRelease(KeyEvent.VK_TAB);
    robot.waitForIdle();
    say("left", onEventThread(() -> !table.isFocusOwner()));
    int width = onEventThread(() -> table.getColumnModel().getTotalColumnWidth());
    say("cut columns", width > onEventThread(window::getWidth));
  }

  /** The button beside the model opens the list; what is chosen there stands in the field. */
  private void chooseModel(JDialog dialog) throws Exception {
    EventQueue.invokeLater(() -> find(dialog, JButton.class, "model.list").doClick());
    JDialog list = awaitDialog("Models");
    JTable table = find(list, JTable.class, "models");
    for (int i = 0; i < 400 && onEventThread(table::getRowCount) == 0; i++) {
      Thread.sleep(50);
    }
    onEventThread(
        () -> {
          for (int row = 0; row < table.getRowCount(); row++) {
            if (table.getValueAt(row, 0).equals("demo")) {
              table.setRowSelectionInterval(row, row);
            }
          }
          find(list, JButton.class, "Use").doClick();
          return null;
        });
    say("list closed", !list.isShowing());
  }

  private static int rows(JFrame window) throws Exception {
    return onEventThread(() -> find(window, JTable.class, "models").getRowCount());
  }

  private static Window find(Window[] windows, Class<?> type, String title) {
    for (Window window : windows) {
      if (type.isInstance(window)
          && window.isShowing()
          && ((JFrame) window).getTitle().equals(title)) {
        return window;
      }
    }
    return null;
  }

  private Future<? extends Module> start(ImagePlus picture) {
    Map<String, Object> inputs = new HashMap<>();
    if (picture != null) {
      // As imagej-legacy does with the active image.
      inputs.put("image", picture);
    }
    return context.service(CommandService.class).run(ShowAttention.class, true, inputs);
  }

  private void drive(String what, String screenshot) throws Exception {
    JDialog dialog = awaitDialog("Show Attention");
    if (screenshot != null) {
      capture(dialog, new File(screenshot));
    }
    say("about", find(dialog, JTextComponent.class, "about").getText());
    Rectangle page = WindowManager.getCurrentImage().getWindow().getBounds();
    say("covers", dialog.getBounds().intersects(page));
    if (what.equals("list")) {
      chooseModel(dialog);
    }
    if (what.equals("cost")) {
      watchCost(dialog, screenshot);
    }
    if (what.equals("escape") || what.equals("cost")) {
      press(dialog, KeyEvent.VK_ESCAPE);
      return;
    }
    JTextComponent question = find(dialog, JTextComponent.class, "prompt");
    onEventThread(
        () -> {
          question.setText("Which words?");
          find(dialog, JToggleButton.class, "more").doClick();
          find(dialog, JComboBox.class, "method").setSelectedItem("language");
          JSpinner length = find(dialog, JSpinner.class, "length");
          ((JSpinner.DefaultEditor) length.getEditor()).getTextField().setText("3");
          question.requestFocusInWindow();
          return null;
        });
    if (screenshot != null) {
      capture(dialog, new File(screenshot.replace(".png", "-more.png")));
    }
    robot.waitForIdle();
    if (what.equals("list")) {
      // Without a window manager, nobody gives the keyboard back to the dialog.
      onEventThread(
          () -> {
            find(dialog, JButton.class, "OK").doClick();
            return null;
          });
      return;
    }
    press(dialog, KeyEvent.VK_ENTER);
  }

  /** Each choice by itself; the note follows without a press of any button. */
  private void watchCost(JDialog dialog, String screenshot) throws Exception {
    JTextComponent note = find(dialog, JTextComponent.class, "note");
    Dimension size = dialog.getSize();
    say("note is", note.getAccessibleContext().getAccessibleName());
    choose(dialog, "first", () -> {});
    JTextComponent model = text(dialog, "model");
    choose(dialog, "smolvlm", () -> model.setText(FAMILIES + SMOLVLM));
    JComboBox<?> tiles = find(dialog, JComboBox.class, "tiles");
    choose(dialog, "no tiles", () -> tiles.setSelectedItem("off"));
    choose(dialog, "no model", () -> model.setText("org/none"));
    choose(dialog, "qwen", () -> model.setText(QWEN));
    JSpinner length = find(dialog, JSpinner.class, "length");
    JTextComponent typed = ((JSpinner.DefaultEditor) length.getEditor()).getTextField();
    choose(dialog, "fewer tokens", () -> typed.setText("12"));
    JComboBox<?> evidence = find(dialog, JComboBox.class, "evidence");
    choose(dialog, "evidence", () -> evidence.setSelectedItem("off"));
    JTextComponent detail = text(dialog, "detail");
    choose(dialog, "less detail", () -> detail.setText("12"));
    choose(dialog, "no detail", () -> detail.setText("some"));
    choose(dialog, "full", () -> detail.setText("full"));
    JCheckBox selection = find(dialog, JCheckBox.class, "selection");
    choose(dialog, "whole", selection::doClick);
    JTextComponent images = text(dialog, "images");
    choose(dialog, "two", () -> images.setText("page.png; page.png"));
    choose(dialog, "a file", () -> images.setText("page.png; other.png"));
    choose(dialog, "one", () -> images.setText(""));
    say("same size", size.equals(dialog.getSize()));
    capture(dialog, new File(screenshot));
  }

  private static JTextComponent text(JDialog dialog, String name) {
    Component named = find(dialog, Component.class, name);
    return (JTextComponent)
        (named instanceof JComboBox<?> box ? box.getEditor().getEditorComponent() : named);
  }

  /** Chooses, and waits until the note stays as it is. */
  private static void choose(JDialog dialog, String what, Runnable choice) throws Exception {
    JTextComponent note = find(dialog, JTextComponent.class, "note");
    onEventThread(
        () -> {
          choice.run();
          return null;
        });
    String before = null;
    String now = onEventThread(note::getText);
    while (!now.equals(before)) {
      Thread.sleep(500);
      before = now;
      now = onEventThread(note::getText);
    }
    say(what, now);
  }

  /** What is slow to tell holds nobody up: the dialog closes before it is told. */
  private void slowNote() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    OptionsDialog.Note note =
        new OptionsDialog.Note(
            "Cost",
            "",
            values -> {
              say("on the event thread", EventQueue.isDispatchThread());
              open.countDown();
              await(closed);
              throw new IllegalStateException("too late");
            });
    Option one = new Option("one", "One", "", Option.Kind.TEXT, "a", List.of(), null, null, false);
    Thread user =
        new Thread(
            () -> {
              try {
                JDialog dialog = awaitDialog("Slow");
                await(open);
                onEventThread(
                    () -> {
                      text(dialog, "one").setText("b");
                      find(dialog, JButton.class, "OK").doClick();
                      return null;
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    user.start();
    say(
        "answer",
        OptionsDialog.ask(
            null,
            "Slow",
            null,
            List.of(one),
            new OptionsDialog.Foot(note, "Cite this.", () -> {})));
    closed.countDown();
    user.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** To the component that has the focus, as the keyboard would. */
  private void press(JDialog dialog, int key) throws Exception {
    robot.waitForIdle();
    robot.keyPress(key);
    robot.keyRelease(key);
    for (int i = 0; i < 100 && dialog.isShowing(); i++) {
      Thread.sleep(50);
    }
    say("closed", !dialog.isShowing());
  }

  private static JDialog awaitDialog(String title) throws InterruptedException {
    for (int i = 0; i < 400; i++) {
      for (Window window : Window.getWindows()) {
        if (window instanceof JDialog dialog
            && dialog.isShowing()
            && dialog.getTitle().equals(title)) {
          Thread.sleep(500);
          return dialog;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no dialog");
  }

  private void capture(JDialog dialog, File file) throws Exception {
    robot.waitForIdle();
    Thread.sleep(300);
    Rectangle bounds = onEventThread(dialog::getBounds);
    BufferedImage shot = robot.createScreenCapture(bounds);
    ImageIO.write(shot, "png", file);
  }

  private static <T> T onEventThread(Callable<T> task) throws Exception {
    FutureTask<T> future = new FutureTask<>(task);
    EventQueue.invokeLater(future);
    return future.get();
  }

  static <T extends Component> T find(Container parent, Class<T> type, String name) {
    for (Component part : parent.getComponents()) {
      if (type.isInstance(part) && Objects.equals(name, part.getName())) {
        return type.cast(part);
      }
      T inside = part instanceof Container container ? find(container, type, name) : null;
      if (inside != null) {
        return inside;
      }
    }
    return null;
  }

  private static void say(String key, Object value) {
    System.out.println(key + ": " + value);
  }
}
