package org.vlmvisualizer.explorer;

import ij.ImagePlus;
import ij.WindowManager;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Point;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.swing.SwingUtilities;
import org.vlmvisualizer.output.AttentionResult;

/** An explorer on the screen, and what a user does with it. */
final class OpenExplorer {
  private static final int PATIENCE_MS = 20000;

  final ExplorerFrame frame;
  final ImagePlus picture;
  final ExplorerState state;

  OpenExplorer(AttentionResult result) throws Exception {
    this(result, new FakeModel());
  }

  OpenExplorer(AttentionResult result, NextQuestion next) throws Exception {
    this(result, new FakeModel(next));
  }

  OpenExplorer(AttentionResult result, FakeModel model) throws Exception {
    Explorer.open(result, model);
    EventQueue.invokeAndWait(() -> {});
    frame = frames().get(frames().size() - 1);
    state = frame.state();
    picture = newestPicture();
  }

  static List<ExplorerFrame> frames() {
    List<ExplorerFrame> open = new ArrayList<>();
    for (Frame frame : Frame.getFrames()) {
      if (frame instanceof ExplorerFrame explorer && explorer.isShowing()) {
        open.add(explorer);
      }
    }
    return open;
  }

  static ImagePlus newestPicture() {
    ImagePlus newest = null;
    for (int id : WindowManager.getIDList()) { // ids count downwards
      ImagePlus image = WindowManager.getImage(id);
      boolean isPicture = image.getTitle().startsWith("Explorer of ");
      if (isPicture && (newest == null || id < newest.getID())) {
        newest = image;
      }
    }
    return newest;
  }

  AnswerPanel answer() {
    return find(frame, AnswerPanel.class, 0);
  }

  RatioChart chart() {
    return find(frame, RatioChart.class, 0);
  }

  <T extends Component> T find(Class<T> type, int index) {
    return find(frame, type, index);
  }

  private static <T extends Component> T find(Container container, Class<T> type, int index) {
    List<T> found = new ArrayList<>();
    collect(container, type, found);
    return found.get(index);
  }

  static <T extends Component> void collect(Container container, Class<T> type, List<T> found) {
    for (Component component : container.getComponents()) {
      if (type.isInstance(component)) {
        found.add(type.cast(component));
      }
      if (component instanceof Container inner) {
        collect(inner, type, found);
      }
    }
  }

  /**
   * Clicks in the window where this place of the component is: Swing finds what lies there. Not
   * with a Robot, since a display without a window manager moves windows after they are said to be
   * shown.
   */
  void click(Component component, int x, int y) throws Exception {
    Point place =
        onEventThread(() -> SwingUtilities.convertPoint(component, new Point(x, y), frame));
    for (int id :
        new int[] {MouseEvent.MOUSE_MOVED, MouseEvent.MOUSE_PRESSED, MouseEvent.MOUSE_RELEASED}) {
      mouse(frame, id, 0, place.x, place.y);
    }
  }

  void mouse(Component component, int id, int modifiers, int x, int y) throws Exception {
    mouse(component, id, modifiers, x, y, 1);
  }

  /**
   * @param clicks how many presses in a row this is
   */
  void mouse(Component component, int id, int modifiers, int x, int y, int clicks)
      throws Exception {
    EventQueue.invokeAndWait(
        () ->
            component.dispatchEvent(
                new MouseEvent(
                    component,
                    id,
                    System.currentTimeMillis(),
                    modifiers | InputEvent.BUTTON1_DOWN_MASK,
                    x,
                    y,
                    clicks,
                    false,
                    MouseEvent.BUTTON1)));
  }

  /** A key as if the component had the focus; without a window manager no window gets it. */
  void key(Component component, int key, int modifiers) throws Exception {
    EventQueue.invokeAndWait(
        () ->
            SwingUtilities.processKeyBindings(
                new KeyEvent(
                    component,
                    KeyEvent.KEY_PRESSED,
                    System.currentTimeMillis(),
                    modifiers,
                    key,
                    KeyEvent.CHAR_UNDEFINED)));
  }

  /** The selected tokens, once their map is there. */
  List<Integer> selected() throws Exception {
    int[] tokens = onEventThread(() -> state.selection().tokens());
    await("the map", () -> Arrays.equals(tokens, state.shown().tokens()));
    List<Integer> list = new ArrayList<>();
    for (int token : tokens) {
      list.add(token);
    }
    return list;
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.currentTimeMillis() + PATIENCE_MS;
    while (!onEventThread(condition)) {
      if (System.currentTimeMillis() > end) {
        throw new AssertionError("Waited in vain for " + what + ".");
      }
      Thread.sleep(10);
    }
  }

  static <T> T onEventThread(Callable<T> question) throws Exception {
    FutureTask<T> task = new FutureTask<>(question);
    EventQueue.invokeAndWait(task);
    return task.get();
  }

  void close() throws Exception {
    EventQueue.invokeAndWait(frame::dispose);
    await("the windows to close", () -> !frame.isDisplayable() && picture.getWindow() == null);
  }
}
