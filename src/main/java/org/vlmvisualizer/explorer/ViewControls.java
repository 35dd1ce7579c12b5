package org.vlmvisualizer.explorer;

import java.awt.BorderLayout;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import java.util.function.IntConsumer;
import javax.swing.Box;
import javax.swing.DefaultComboBoxModel;
import javax.swing.JCheckBox;
import javax.swing.JComboBox;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JSlider;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.output.HeatColours;

/**
 * By which method the map is made, how it is drawn, and which layers and heads it is made of where
 * the run kept them.
 */
final class ViewControls extends JPanel {
  private static final long serialVersionUID = 1L;

  private final transient ExplorerState state;
  private final JComboBox<HeatColours> colours = new JComboBox<>();
  private boolean isFilling;
  private int row;

  ViewControls(MapWork work) {
    super(new GridBagLayout());
    state = work.state();
    MethodRow methods = new MethodRow(work);
    addRow("Method", 'T', methods, methods.button());
    JSlider opacity = slider(0, 100, (int) Math.round(100 * state.style().opacity()));
    opacity.addChangeListener(
        e -> state.setStyle(state.style().withOpacity(opacity.getValue() / 100.0)));
    fillColours();
    colours.addActionListener(e -> chooseColours());
    state.onMap(this::fillColours);
    JPanel both = new JPanel(new BorderLayout(12, 0));
    both.add(opacity);
    JPanel end = new JPanel(new BorderLayout(12, 0));
    end.add(label("Colours", 'C', colours), BorderLayout.LINE_START);
    end.add(colours);
    both.add(end, BorderLayout.LINE_END);
    addRow("Opacity", 'O', both, opacity);
    addRow("Scale", (char) 0, new ColourBar(state));
    addChecks();
    HeadAttention kept = state.answer().kept();
    if (kept != null) {
      addLayers(kept);
    }
  }

  /** Signed maps have colours of their own. */
  private void fillColours() {
    HeatColours[] choices =
        state.signed() ? new HeatColours[] {HeatColours.DIVERGING} : HeatColours.choices();
    if (choices.length != colours.getItemCount()) {
      isFilling = true;
      colours.setModel(new DefaultComboBoxModel<>(choices));
      colours.setSelectedItem(state.style().colours());
      isFilling = false;
    }
  }

  private void chooseColours() {
    if (!isFilling) {
      state.setStyle(state.style().withColours((HeatColours) colours.getSelectedItem()));
    }
  }

  private void addChecks() {
    JCheckBox smooth = new JCheckBox("Smooth", state.style().smooth());
    smooth.setMnemonic('M');
    smooth.setToolTipText("Interpolates between patch centres; otherwise patches are squares");
    smooth.addActionListener(e -> state.setStyle(state.style().withSmooth(smooth.isSelected())));
    JCheckBox common = new JCheckBox(ScaleStrip.COMMON, state.commonScale());
    common.setMnemonic('A');
    common.setToolTipText(
        "One range for all maps, to compare them; otherwise each map has its own");
    common.addActionListener(e -> state.setCommonScale(common.isSelected()));
    state.onMap(() -> common.setSelected(state.commonScale())); // heatmaps have this box too
    JPanel checks = new JPanel(new FlowLayout(FlowLayout.LEADING, 0, 0));
    checks.add(smooth);
    checks.add(Box.createHorizontalStrut(12));
    checks.add(common);
    addRow("", (char) 0, checks);
  }

  private void addLayers(HeadAttention kept) {
    if (kept.layers().size() > 1) {
      addRange("Layer", 'L', kept.layers(), true);
    }
    if (!kept.averaged() && kept.heads().size() > 1) {
      addRange("Head", 'H', kept.heads(), false);
    }
  }

  /** A slider whose left end means all of them, and the others one each. */
  private void addRange(String name, char mnemonic, IndexRange range, boolean layer) {
    JSlider slider = slider(range.first() - 1, range.last(), range.first() - 1);
    slider.setSnapToTicks(true);
    slider.setMajorTickSpacing(1);
    slider.setPaintTicks(range.size() <= 40);
    JLabel value = new JLabel(all(range));
    value.setPreferredSize(new Dimension(70, value.getPreferredSize().height));
    IntConsumer choose =
        index -> {
          IndexRange chosen = index < range.first() ? IndexRange.ALL : new IndexRange(index, index);
          LayerChoice old = state.layerChoice();
          LayerChoice choice =
              layer ? new LayerChoice(chosen, old.heads()) : new LayerChoice(old.layers(), chosen);
          value.setText(index < range.first() ? all(range) : Integer.toString(index));
          slider.getAccessibleContext().setAccessibleDescription(value.getText());
          if (!choice.equals(old)) {
            state.setLayerChoice(choice);
          }
        };
    slider.addChangeListener(e -> choose.accept(slider.getValue()));
    state.onMap(() -> follow(slider, layer));
    JPanel both = new JPanel(new BorderLayout(8, 0));
    both.add(slider);
    both.add(value, BorderLayout.LINE_END);
    addRow(name, mnemonic, both, slider);
  }

  /** Of maps by another method than the run's, there is nothing to choose. */
  private void follow(JSlider slider, boolean layer) {
    LayerChoice choice = state.layerChoice();
    if ((layer ? choice.layers() : choice.heads()).equals(IndexRange.ALL)) {
      slider.setValue(slider.getMinimum());
    }
    slider.setEnabled(state.showsOwn());
    slider.setToolTipText(
        state.showsOwn() ? null : "Only of maps by the method that was asked for");
  }

  private static String all(IndexRange range) {
    return "all (" + range + ")";
  }

  private static JSlider slider(int min, int max, int value) {
    JSlider slider = new JSlider(min, max, value);
    slider.setMinimumSize(new Dimension(120, slider.getPreferredSize().height));
    return slider;
  }

  private void addRow(String name, char mnemonic, JComponent control) {
    addRow(name, mnemonic, control, control);
  }

  /**
   * @param control what stands beside the name
   * @param target what the mnemonic leads to, the control or a part of it
   */
  private void addRow(String name, char mnemonic, JComponent control, JComponent target) {
    JLabel label = label(name, mnemonic, target);
    GridBagConstraints at = new GridBagConstraints();
    at.gridy = row++;
    at.insets = new Insets(2, 0, 2, 12);
    at.anchor = GridBagConstraints.LINE_START;
    add(label, at);
    at.gridx = 1;
    at.weightx = 1;
    at.insets = new Insets(2, 0, 2, 0);
    at.fill = GridBagConstraints.HORIZONTAL;
    add(control, at);
  }

  private static JLabel label(String name, char mnemonic, JComponent target) {
    JLabel label = new JLabel(name);
    label.setLabelFor(target);
    target.getAccessibleContext().setAccessibleName(name);
    if (mnemonic != 0) {
      label.setDisplayedMnemonic(mnemonic);
    }
    return label;
  }
}
