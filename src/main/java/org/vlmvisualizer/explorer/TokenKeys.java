package org.vlmvisualizer.explorer;

import java.awt.event.ActionEvent;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseEvent;
import javax.swing.AbstractAction;
import javax.swing.JComponent;
import javax.swing.KeyStroke;

/** What keys and mouse do with tokens, wherever tokens are shown. */
final class TokenKeys {
  private TokenKeys() {}

  /** Arrows move, Shift extends, Home and End go to the ends. */
  static void install(JComponent component, ExplorerState state) {
    TokenSelection selection = state.selection();
    for (int modifiers : new int[] {0, InputEvent.SHIFT_DOWN_MASK}) {
      boolean extend = modifiers != 0;
      int all = state.maps().size();
      bind(component, state, KeyEvent.VK_RIGHT, modifiers, () -> selection.move(1, extend));
      bind(component, state, KeyEvent.VK_DOWN, modifiers, () -> selection.move(1, extend));
      bind(component, state, KeyEvent.VK_LEFT, modifiers, () -> selection.move(-1, extend));
      bind(component, state, KeyEvent.VK_UP, modifiers, () -> selection.move(-1, extend));
      bind(component, state, KeyEvent.VK_HOME, modifiers, () -> selection.move(-all, extend));
      bind(component, state, KeyEvent.VK_END, modifiers, () -> selection.move(all, extend));
    }
  }

  private static void bind(
      JComponent component, ExplorerState state, int key, int modifiers, Runnable change) {
    KeyStroke stroke = KeyStroke.getKeyStroke(key, modifiers);
    component.getInputMap(JComponent.WHEN_FOCUSED).put(stroke, stroke.toString());
    component
        .getActionMap()
        .put(
            stroke.toString(),
            new AbstractAction() {
              private static final long serialVersionUID = 1L;

              @Override
              public void actionPerformed(ActionEvent e) {
                change.run();
                state.selectionChanged();
              }
            });
  }

  /**
   * A press on a token: alone it selects, with Shift it extends, with Ctrl (or Command) it adds.
   */
  static void pressed(MouseEvent e, int token, ExplorerState state) {
    if (e.isControlDown() || e.isMetaDown()) {
      state.selection().toggle(token);
    } else if (e.isShiftDown()) {
      state.selection().extendTo(token);
    } else {
      state.selection().select(token);
    }
    state.selectionChanged();
  }

  /** A drag over a token: all from the press to here. */
  static void dragged(int token, ExplorerState state) {
    if (token != state.selection().lead()) {
      state.selection().extendTo(token);
      state.selectionChanged();
    }
  }
}
