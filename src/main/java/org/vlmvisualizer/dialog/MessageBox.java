package org.vlmvisualizer.dialog;

import java.awt.Component;
import java.awt.Dimension;
import java.awt.FontMetrics;
import java.awt.Toolkit;
import javax.swing.BorderFactory;
import javax.swing.JComponent;
import javax.swing.JOptionPane;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;
import javax.swing.UIManager;

/**
 * A sentence for the user in a box: wrapped, so that a long path does not make it wider than the
 * screen, and to be copied. Boxes wait until they are closed, and may be opened on any thread.
 */
public final class MessageBox {
  /** Of every box, so that the user knows who speaks. */
  public static final String TITLE = "VLM Visualizer";

  private static final int COLUMNS = 40;

  private MessageBox() {}

  /**
   * Tells something.
   *
   * @param owner a part of the window that the box belongs to and has its icon from; or null
   */
  public static void tell(Component owner, String sentence) {
    EventThread.ask(
        () -> {
          JOptionPane.showMessageDialog(owner, text(sentence), TITLE, JOptionPane.WARNING_MESSAGE);
          return true;
        });
  }

  /**
   * Asks something; the answer is no if the box is closed without one.
   *
   * @param owner a part of the window that the box belongs to and has its icon from; or null
   * @param yes the words on the button that agrees
   * @param no the words on the button that does not
   */
  public static boolean confirm(Component owner, String question, String yes, String no) {
    Boolean agreed =
        EventThread.ask(
            () ->
                JOptionPane.showOptionDialog(
                        owner,
                        text(question),
                        TITLE,
                        JOptionPane.YES_NO_OPTION,
                        JOptionPane.QUESTION_MESSAGE,
                        null,
                        new Object[] {yes, no},
                        yes)
                    == JOptionPane.YES_OPTION);
    return agreed != null && agreed;
  }

  /** As wide as its longest line, up to {@link #COLUMNS}; it scrolls if it is very high. */
  private static JComponent text(String sentence) {
    JTextArea text = new JTextArea(sentence);
    text.setEditable(false);
    text.setOpaque(false);
    text.setLineWrap(true);
    text.setWrapStyleWord(true);
    text.setFont(UIManager.getFont("Label.font"));
    FontMetrics font = text.getFontMetrics(text.getFont());
    Dimension screen = Toolkit.getDefaultToolkit().getScreenSize();
    int longest = sentence.lines().mapToInt(font::stringWidth).max().orElse(0);
    int most = Math.min(COLUMNS * font.charWidth('m'), screen.width / 2);
    text.setSize(Math.min(longest + font.charWidth('m'), most), Short.MAX_VALUE);
    JScrollPane pane = new JScrollPane(text);
    pane.setBorder(BorderFactory.createEmptyBorder());
    pane.setOpaque(false);
    pane.getViewport().setOpaque(false);
    int height = text.getPreferredSize().height;
    int shown = Math.min(height, screen.height / 2);
    int bar = height > shown ? pane.getVerticalScrollBar().getPreferredSize().width : 0;
    pane.setPreferredSize(new Dimension(text.getWidth() + bar, shown));
    return pane;
  }
}
