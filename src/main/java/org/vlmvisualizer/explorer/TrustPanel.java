package org.vlmvisualizer.explorer;

import java.awt.Dimension;
import java.awt.Font;
import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import java.util.List;
import javax.swing.DefaultListModel;
import javax.swing.JLabel;
import javax.swing.JList;
import javax.swing.JPanel;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.MapTrust;

/**
 * How far the selected tokens' map can be trusted: whether they came from the picture, whether the
 * map was found to matter, and what else the model might have written there. Not seen where nothing
 * of the kind is known.
 */
final class TrustPanel extends JPanel {
  private static final long serialVersionUID = 1L;
  private static final int OTHERS = 5;
  private static final int LINES = 5;
  private static final int SIZE = 13;

  /** Of all but the headings. */
  static final Font FONT = Paints.font(Font.PLAIN, SIZE);

  private static final String HEADING = "Likeliest other tokens";

  private final transient ExplorerState state;
  private final OriginIcon mark = new OriginIcon(Paints.scaled(9));
  private final JLabel origin = line(Font.BOLD, "Where the selected tokens came from");
  private final JLabel probabilities = line(Font.PLAIN, "Probability with and without picture");
  private final JLabel check = line(Font.PLAIN, "Check of the map");
  private final JLabel warning = line(Font.BOLD, "Warning");
  private final JLabel reason = line(Font.PLAIN, "Why");
  private final DefaultListModel<String> others = new DefaultListModel<>();

  TrustPanel(ExplorerState state) {
    super(new GridBagLayout());
    this.state = state;
    getAccessibleContext().setAccessibleName("How far the map can be trusted");
    origin.setIconTextGap(Paints.scaled(6));
    List.of(origin, probabilities, check, reason, warning).forEach(this::addLine);
    addOthers();
    state.onMap(this::update);
    state.onTokens(this::update);
    update();
  }

  private static JLabel line(int style, String name) {
    JLabel label = new JLabel(" ");
    label.setFont(Paints.font(style, SIZE));
    label.getAccessibleContext().setAccessibleName(name);
    int height = label.getPreferredSize().height;
    label.setMinimumSize(new Dimension(0, height));
    label.setPreferredSize(new Dimension(Paints.scaled(200), height)); // no wider window for it
    return label;
  }

  private void addLine(JLabel line) {
    GridBagConstraints at = new GridBagConstraints();
    at.gridx = 0;
    at.weightx = 1;
    at.fill = GridBagConstraints.HORIZONTAL;
    at.anchor = GridBagConstraints.FIRST_LINE_START;
    at.insets = new Insets(0, 0, 1, Paints.scaled(10));
    add(line, at);
  }

  private void addOthers() {
    JList<String> list = new JList<>(others);
    list.setFont(FONT);
    list.setOpaque(false);
    list.setVisibleRowCount(OTHERS);
    list.setFixedCellWidth(Paints.scaled(150));
    list.setFixedCellHeight(list.getFontMetrics(list.getFont()).getHeight());
    list.setToolTipText("Tokens that the model might have written there instead");
    list.getAccessibleContext().setAccessibleName(HEADING);
    list.setPreferredSize(list.getPreferredScrollableViewportSize());
    JLabel heading = new JLabel(HEADING);
    heading.setFont(Paints.font(Font.PLAIN, 12));
    heading.setLabelFor(list);
    GridBagConstraints at = new GridBagConstraints();
    at.gridx = 1;
    at.gridy = 0;
    at.anchor = GridBagConstraints.FIRST_LINE_START;
    at.insets = new Insets(0, 0, 2, 0);
    add(heading, at);
    at.gridy = 1;
    at.gridheight = LINES - 1;
    add(list, at);
  }

  @Override
  public Dimension getMaximumSize() {
    return new Dimension(Integer.MAX_VALUE, getPreferredSize().height);
  }

  private void update() {
    int[] tokens = state.shown().tokens();
    GeneratedToken joint = Figures.joint(state.maps(), tokens);
    MapTrust trust = MapTrust.of(joint);
    TrustWords words = new TrustWords(joint, tokens.length == 1, state);
    mark.show(trust.origin());
    origin.setIcon(trust.origin() == null ? null : mark);
    origin.repaint();
    set(origin, words.origin());
    set(probabilities, words.probabilities());
    set(check, words.check());
    set(warning, words.warning());
    set(reason, words.reason());
    others.clear();
    words.others().forEach(others::addElement);
    TokenMaps maps = state.maps();
    setVisible(maps.hasEvidence() || maps.hasChecks() || maps.tokens().get(0).others() != null);
  }

  private static void set(JLabel line, String text) {
    line.setText(text.isEmpty() ? " " : text);
    line.setToolTipText(text.isEmpty() ? null : text); // where the window is narrow
    line.getAccessibleContext().setAccessibleDescription(text);
  }
}
