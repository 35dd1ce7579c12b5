package org.vlmvisualizer.explorer;

import java.awt.event.ActionEvent;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseEvent;
import java.util.function.IntSupplier;
import javax.swing.AbstractAction;
import javax.swing.JComponent;
import javax.swing.KeyStroke;

/** What keys and mouse do with tokens, wherever tokens are shown. */
final class TokenKeys {
  private TokenKeys() {}

  /** Arrows move, Shift extends, Home and End go to the ends, W takes the whole word. */
  static void install(JComponent component, ExplorerState state) {
    bind(component, state, KeyEvent.VK_RIGHT, () -> 1);
    bind(component, state, KeyEvent.VK_DOWN, () -> 1);
    bind(component, state, KeyEvent.VK_LEFT, () -> -1);
    bind(component, state, KeyEvent.VK_UP, () -> -1);
    bind(component, state, KeyEvent.VK_HOME, () -> -state.maps().size());
    bind(component, state, KeyEvent.VK_END, () -> state.maps().size());
    bind(
        component,
        KeyStroke.getKeyStroke(KeyEvent.VK_W, 0),
        () -> state.selectWord(state.selection().lead()));
  }

  private static void bind(JComponent component, ExplorerState state, int key, IntSupplier step) {
    for (int modifiers : new int[] {0, InputEvent.SHIFT_DOWN_MASK}) {
      KeyStroke stroke = KeyStroke.getKeyStroke(key, modifiers);
      bind(
          component,
          stroke,
          () -> state.select(tokens -> tokens.move(step.getAsInt(), modifiers != 0)));
    }
  }

  private static void bind(JComponent component, KeyStroke stroke, Runnable run) {
    component.getInputMap(JComponent.WHEN_FOCUSED).put(stroke, stroke.toString());
    component.getActionMap().put(stroke.toString(), action("", run));
  }

  /** What a key or an item of a menu does. */
  static AbstractAction action(String name, Runnable run) {
    return new AbstractAction(name) {
      private static final long serialVersionUID = 1L;

      @Override
      public void actionPerformed(ActionEvent e) {
        run.run();
      }
    };
  }

  /**
   * A press on a token: alone it selects, twice it selects the whole word, with Shift it extends,
   * with Ctrl (or Command) it adds.
   */
  static void pressed(MouseEvent e, int token, ExplorerState state) {
    if (e.isControlDown() || e.isMetaDown()) {
      state.select(tokens -> tokens.toggle(token));
    } else if (e.isShiftDown()) {
      state.select(tokens -> tokens.extendTo(token));
    } else if (isDouble(e)) {
      state.selectWord(token);
    } else {
      state.select(tokens -> tokens.select(token));
    }
  }

  /** Whether it is the second press in a row, so that a hand that trembles must not drag. */
  static boolean isDouble(MouseEvent e) {
    return e.getClickCount() > 1;
  }

  /** A drag over a token: all from the press to here. */
  static void dragged(int token, ExplorerState state) {
    if (token != state.selection().lead()) {
      state.select(tokens -> tokens.extendTo(token));
    }
  }
}
