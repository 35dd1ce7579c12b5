package org.vlmvisualizer.explorer;

import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.GUI;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Rectangle;
import java.awt.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.swing.Timer;

/**
 * Puts the windows of an answer beside those that were open before, which are never moved, on the
 * screen of the image that was asked about. How is told in {@link WindowLayout}.
 *
 * <pre>
 * WindowArranger windows = WindowArranger.beside(asked);
 * ... // windows open
 * windows.arrange(active);
 * </pre>
 */
public final class WindowArranger {
  /** A window manager gives windows their frames a moment after they are shown. */
  private static final int SETTLING_MS = 200;

  private final Window asked;
  private final List<Window> before = open();
  private final List<Window> kept = new ArrayList<>();
  private final Map<Window, Rectangle> taken = new LinkedHashMap<>();

  private WindowArranger(Window asked) {
    this.asked = asked;
    keep(asked);
  }

  /**
   * Notes what is open now.
   *
   * @param asked the image that the windows will belong to; null, or without a window, means
   *     ImageJ's own window
   */
  public static WindowArranger beside(ImagePlus asked) {
    return new WindowArranger(asked == null ? null : asked.getWindow());
  }

  /**
   * Lets a window stay where it is and in sight.
   *
   * @param window null for none
   */
  public void keep(Window window) {
    if (window != null && !kept.contains(window)) {
      kept.add(window);
    }
  }

  /** Lets a new window have the place of the one that it replaces. */
  void replace(Window window, Rectangle place) {
    window.setBounds(place);
    keep(window);
    taken.put(window, place);
  }

  /**
   * Puts the windows that have opened since in their places, once they are all on the screen.
   *
   * @param active the image that is to be ImageJ's active one; null leaves that to the window
   *     manager
   */
  public void arrange(ImagePlus active) {
    Timer timer = new Timer(SETTLING_MS, e -> place(active));
    timer.setRepeats(false);
    EventQueue.invokeLater(timer::start);
  }

  private void place(ImagePlus active) {
    keep(IJ.getInstance());
    taken.forEach(Window::setBounds); // again: not every display lets windows open in their place
    List<Window> fresh =
        open().stream()
            .filter(window -> !before.contains(window) && !kept.contains(window))
            .sorted(Comparator.comparingInt(WindowArranger::rank))
            .toList();
    Rectangle screen = GUI.getMaxWindowBounds(asked != null ? asked : IJ.getInstance());
    List<Rectangle> places =
        new WindowLayout(screen)
            .place(bounds(before), bounds(kept), fresh.stream().map(WindowSizes::of).toList());
    for (int i = 0; i < places.size(); i++) {
      WindowSizes.move(fresh.get(i), places.get(i));
    }
    if (active != null && active.getWindow() != null) {
      WindowManager.setCurrentWindow(active.getWindow());
    }
  }

  /** What belongs together stands together. */
  private static int rank(Window window) {
    if (WindowSizes.isImage(window)) {
      return 0;
    }
    return window instanceof ExplorerFrame ? 1 : 2;
  }

  private static List<Window> open() {
    return Stream.<Window>of(Frame.getFrames()).filter(WindowArranger::isSeen).toList();
  }

  private static boolean isSeen(Window window) {
    boolean icon =
        window instanceof Frame frame && (frame.getExtendedState() & Frame.ICONIFIED) != 0;
    return window.isShowing() && !icon;
  }

  private static List<Rectangle> bounds(List<Window> windows) {
    return windows.stream()
        .filter(Objects::nonNull)
        .filter(WindowArranger::isSeen)
        .map(Window::getBounds)
        .toList();
  }
}
