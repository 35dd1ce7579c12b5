package org.vlmvisualizer.explorer;

import java.awt.Component;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.Graphics;
import java.awt.Insets;
import java.beans.PropertyChangeListener;
import java.util.ArrayList;
import java.util.List;
import javax.swing.Box;
import javax.swing.Icon;
import javax.swing.JButton;
import javax.swing.JPanel;
import javax.swing.JPopupMenu;
import javax.swing.JRadioButtonMenuItem;
import javax.swing.SwingConstants;
import org.vlmvisualizer.attribution.AttributionMethods;

/**
 * By which method the maps are made, to be chosen from a menu, and the button that checks the
 * selected ones. Not a combo box, since its keys would ask the model at each step.
 */
final class MethodRow extends JPanel {
  private static final long serialVersionUID = 1L;
  private static final String TAM = "tam";
  private static final String NOTE =
      "Where the picture stands before the question, it knows nothing of the question.";
  private static final String TIP =
      "Maps by another method, here; heatmaps that are open stay as they are";

  private final transient ExplorerState state;
  private final transient MapWork work;
  private final JButton method = new JButton();
  private final JButton check = new JButton("Check map");
  private final transient PropertyChangeListener busy = e -> update();

  MethodRow(MapWork work) {
    super(new FlowLayout(FlowLayout.LEADING, 0, 0));
    this.work = work;
    state = work.state();
    method.setIcon(new Arrow());
    method.setHorizontalTextPosition(SwingConstants.LEADING);
    method.setName("method");
    method.addActionListener(e -> menu().show(method, 0, method.getHeight()));
    check.setName("check");
    check.setMnemonic('E');
    check.addActionListener(e -> work.check());
    Insets low = new Insets(0, 10, 0, 10); // small screens are low
    method.setMargin(low);
    check.setMargin(low);
    add(method);
    add(Box.createHorizontalStrut(12));
    add(check);
    state.onTokens(this::update);
    state.onMap(this::update);
    fixWidth();
    update();
  }

  /** What opens the menu. */
  JButton button() {
    return method;
  }

  /** As wide as the longest name needs, whatever it shows. */
  private void fixWidth() {
    int widest = 0;
    for (String name : names()) {
      method.setText(name);
      widest = Math.max(widest, method.getPreferredSize().width);
    }
    method.setPreferredSize(new Dimension(widest, method.getPreferredSize().height));
  }

  /** All methods, and that of the answer if it is none of them. */
  private List<String> names() {
    List<String> names = new ArrayList<>(AttributionMethods.names());
    String own = state.answer().maps().map().method();
    if (!names.contains(own)) {
      names.add(0, own);
    }
    return names;
  }

  /** The methods, each with the time that it takes. */
  JPopupMenu menu() {
    JPopupMenu menu = new JPopupMenu("Method");
    menu.getAccessibleContext().setAccessibleName("Methods");
    for (String name : names()) {
      JRadioButtonMenuItem item =
          new JRadioButtonMenuItem(TokenKeys.action(work.label(name), () -> work.choose(name)));
      item.setName(name);
      item.setSelected(name.equals(state.method()));
      item.setToolTipText(tip(name));
      item.getAccessibleContext().setAccessibleDescription(tip(name));
      menu.add(item);
    }
    return menu;
  }

  private static String tip(String name) {
    return name.equals(TAM) ? NOTE : TIP;
  }

  private void update() {
    method.setText(state.method());
    String why = work.whyNoMethod();
    method.setEnabled(why.isEmpty());
    String shown = state.method().equals(TAM) ? NOTE : TIP;
    method.setToolTipText(why.isEmpty() ? shown : why);
    method.getAccessibleContext().setAccessibleName("Method");
    method.getAccessibleContext().setAccessibleDescription(state.method() + ". " + shown);
    check.setEnabled(work.whyNoCheck().isEmpty());
    check.setToolTipText(work.tipOfCheck());
    check.getAccessibleContext().setAccessibleDescription(work.tipOfCheck());
  }

  @Override
  public void addNotify() {
    super.addNotify();
    work.line().addPropertyChangeListener(AskLine.BUSY, busy);
  }

  @Override
  public void removeNotify() {
    work.line().removePropertyChangeListener(AskLine.BUSY, busy);
    super.removeNotify();
  }

  /** Tells that the button opens a menu. */
  private record Arrow() implements Icon {
    private static final int WIDTH = 9;

    @Override
    public void paintIcon(Component c, Graphics g, int x, int y) {
      g.setColor(c.isEnabled() ? c.getForeground() : Paints.RULE);
      for (int row = 0; row <= WIDTH / 2; row++) {
        g.drawLine(x + row, y + row, x + WIDTH - 1 - row, y + row);
      }
    }

    @Override
    public int getIconWidth() {
      return WIDTH;
    }

    @Override
    public int getIconHeight() {
      return WIDTH / 2 + 1;
    }
  }
}
