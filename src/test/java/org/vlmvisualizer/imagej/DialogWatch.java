package org.vlmvisualizer.imagej;

import ij.gui.MultiLineLabel;
import java.awt.Component;
import java.awt.Container;
import java.awt.Dialog;
import java.awt.EventQueue;
import java.awt.GraphicsEnvironment;
import java.awt.Label;
import java.awt.TextComponent;
import java.awt.Window;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.swing.JLabel;
import javax.swing.text.JTextComponent;

/**
 * Closes every dialog that opens, and keeps what it said: a dialog would hold up a macro. A dialog
 * that is disposed of between its first sight and its modal loop starts that loop all the same, for
 * ever, so it is disposed of again until {@link #take}.
 */
final class DialogWatch {
  private final List<String> texts = new ArrayList<>();
  private final Set<Dialog> closed = ConcurrentHashMap.newKeySet();
  private volatile int widest;

  DialogWatch() {
    if (GraphicsEnvironment.isHeadless()) {
      return;
    }
    Thread thread = new Thread(this::watch, "dialog watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** What was said since the last call. */
  List<String> take() {
    synchronized (texts) {
      List<String> taken = List.copyOf(texts);
      texts.clear();
      closed.clear();
      return taken;
    }
  }

  /** Width of the widest dialog so far, in pixels. */
  int widest() {
    return widest;
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(100);
        for (Window window : Window.getWindows()) {
          if (window instanceof Dialog dialog && dialog.isShowing()) {
            synchronized (texts) {
              widest = Math.max(widest, dialog.getWidth());
              texts.add(dialog.getTitle() + ": " + text(dialog).strip());
            }
            closed.add(dialog);
            EventQueue.invokeLater(dialog::dispose);
            Thread.sleep(200);
          }
        }
        closed.forEach(dialog -> EventQueue.invokeLater(dialog::dispose));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(Container container) {
    StringBuilder text = new StringBuilder();
    for (Component component : container.getComponents()) {
      if (component instanceof Label label) {
        text.append(label.getText()).append('\n');
      } else if (component instanceof TextComponent field) {
        text.append(field.getText()).append('\n');
      } else if (component instanceof JLabel label && label.getText() != null) {
        text.append(label.getText()).append('\n');
      } else if (component instanceof JTextComponent field) {
        text.append(field.getText()).append('\n');
      } else if (component instanceof MultiLineLabel label) {
        text.append(lines(label)).append('\n');
      } else if (component instanceof Container inner) {
        text.append(text(inner));
      }
    }
    return text.toString();
  }

  /** ImageJ's label does not tell its text. */
  private static String lines(MultiLineLabel label) {
    try {
      Field lines = MultiLineLabel.class.getDeclaredField("lines");
      lines.setAccessible(true);
      return String.join("\n", (String[]) lines.get(label));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
