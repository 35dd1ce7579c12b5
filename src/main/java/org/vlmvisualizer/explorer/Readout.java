package org.vlmvisualizer.explorer;

import java.awt.Dimension;
import java.awt.Font;
import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import javax.swing.JLabel;
import javax.swing.JPanel;
import org.vlmvisualizer.output.TokenText;

/** The selected tokens in figures: names above, figures below. */
final class Readout extends JPanel {
  private static final long serialVersionUID = 1L;

  private final transient ExplorerState state;
  private final JLabel token = figure(Font.BOLD);
  private final JLabel position = figure(Font.PLAIN);
  private final JLabel probability = figure(Font.PLAIN);
  private final JLabel ratio = figure(Font.PLAIN);
  private final JLabel peak = figure(Font.PLAIN);
  private final JLabel region = figure(Font.PLAIN);

  Readout(ExplorerState state) {
    super(new GridBagLayout());
    this.state = state;
    getAccessibleContext().setAccessibleName("Figures of the selected tokens");
    addColumn(0, "Token", token, 1); // takes what room the others leave
    addColumn(1, "Number", position, 0);
    addColumn(2, "Probability", probability, 0);
    addColumn(3, "To picture", ratio, 0);
    addColumn(4, "In region", region, 0);
    addColumn(5, "Peak at", peak, 0);
    token.setMinimumSize(new Dimension(0, token.getPreferredSize().height));
    token.setPreferredSize(new Dimension(Paints.scaled(60), token.getPreferredSize().height));
    probability.setToolTipText("Of several tokens, the product of theirs");
    ratio.setToolTipText("Share of the attention that went to the picture");
    region.setToolTipText("Share of the map inside the selection drawn on the picture");
    peak.setToolTipText("Centre of the patch with the largest value");
    state.onMap(this::update);
    state.onTokens(this::update);
    update();
  }

  private static JLabel figure(int style) {
    JLabel label = new JLabel(" ");
    label.putClientProperty("html.disable", Boolean.TRUE); // tokens are not to be trusted
    label.setFont(Paints.font(style, 14));
    return label;
  }

  private void addColumn(int column, String name, JLabel figure, double weight) {
    JLabel heading = new JLabel(name);
    heading.setFont(Paints.font(Font.PLAIN, 12));
    figure.getAccessibleContext().setAccessibleName(name);
    GridBagConstraints at = new GridBagConstraints();
    at.gridx = column;
    at.weightx = weight;
    at.anchor = GridBagConstraints.LINE_START;
    int gap = column == 5 ? 0 : Paints.scaled(14);
    at.fill = GridBagConstraints.HORIZONTAL;
    at.insets = new Insets(0, 0, 2, gap);
    add(heading, at);
    at.gridy = 1;
    at.insets = new Insets(0, 0, 0, gap);
    add(figure, at);
  }

  private void update() {
    SelectedMap shown = state.shown();
    int[] tokens = shown.tokens();
    set(token, TokenText.drawable(Figures.tokens(state.maps(), tokens), token.getFont()));
    set(position, Figures.position(state.maps(), tokens));
    set(probability, Figures.probability(state.maps(), tokens));
    set(ratio, Figures.imageAttention(state.maps(), tokens));
    set(region, Figures.region(state.regionShares(), tokens));
    set(peak, Figures.peak(state.maps().grid(), state.result().source(), shown.patches()));
  }

  private static void set(JLabel figure, String text) {
    figure.setText(text.isEmpty() ? " " : text);
    figure.getAccessibleContext().setAccessibleDescription(text);
  }
}
