package org.vlmvisualizer.dialog;

import java.awt.KeyboardFocusManager;
import java.awt.Window;
import java.awt.event.KeyEvent;
import javax.swing.JComponent;
import javax.swing.JRootPane;
import javax.swing.KeyStroke;

/** What keys do in every window. */
public final class Keys {
  private Keys() {}

  /** Lets Tab leave a part that would take it for itself, as texts and tables do. */
  public static void tabMovesOn(JComponent part) {
    part.setFocusTraversalKeys(KeyboardFocusManager.FORWARD_TRAVERSAL_KEYS, null);
    part.setFocusTraversalKeys(KeyboardFocusManager.BACKWARD_TRAVERSAL_KEYS, null);
  }

  /** Leaves Enter to the window's default button. */
  static void leaveEnter(JComponent part) {
    part.getInputMap().put(KeyStroke.getKeyStroke(KeyEvent.VK_ENTER, 0), "none");
  }

  public static void escapeCloses(Window window, JRootPane root) {
    root.registerKeyboardAction(
        e -> window.dispose(),
        KeyStroke.getKeyStroke(KeyEvent.VK_ESCAPE, 0),
        JComponent.WHEN_IN_FOCUSED_WINDOW);
  }
}
