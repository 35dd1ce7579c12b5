package org.vlmvisualizer.explorer;

import ij.ImageListener;
import ij.ImagePlus;
import ij.gui.ImageWindow;
import java.awt.Checkbox;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.FlowLayout;
import java.awt.Font;
import java.awt.Insets;
import java.awt.Label;
import java.awt.Panel;
import java.util.Arrays;
import org.vlmvisualizer.output.MapScale;
import org.vlmvisualizer.output.MapValue;

/**
 * The line below a stack of heatmaps that tells their display range, with a box to choose it: that
 * of all tokens, or of the token that is shown.
 */
public final class ScaleStrip extends Panel implements ImageListener {
  static final String COMMON = "Same scale for all tokens";
  private static final long serialVersionUID = 1L;

  private final transient ImagePlus image;
  private final transient MapScale scale;
  private final Checkbox common = new Checkbox(COMMON);
  private final Label range = new Label();

  private ScaleStrip(ImagePlus image, MapScale scale) {
    super(new FlowLayout(FlowLayout.LEADING, 0, 0));
    this.image = image;
    this.scale = scale;
    setFont(Paints.font(Font.PLAIN, 12));
    common.setFocusable(false); // keys are for ImageJ
    common.addItemListener(e -> scale.setCommon(common.getState()));
    add(range);
    add(common);
    update();
  }

  /**
   * Gives each of the shown heatmaps its own range, and their window the line; once. Of a single
   * map there is nothing to choose.
   */
  public static void add(ImagePlus heatmaps) {
    if (EventQueue.isDispatchThread()) {
      addNow(heatmaps);
    } else {
      EventQueue.invokeLater(() -> addNow(heatmaps));
    }
  }

  private static void addNow(ImagePlus heatmaps) {
    MapScale scale = MapScale.of(heatmaps);
    ImageWindow window = heatmaps.getWindow();
    if (scale == null || window == null || isIn(window)) {
      return;
    }
    scale.setCommon(false);
    if (heatmaps.getNSlices() * heatmaps.getNFrames() > 1) {
      ScaleStrip strip = new ScaleStrip(heatmaps, scale);
      strip.addTo(window);
      ImagePlus.addImageListener(strip);
    }
  }

  static boolean isIn(ImageWindow window) {
    return Arrays.stream(window.getComponents()).anyMatch(ScaleStrip.class::isInstance);
  }

  private void addTo(ImageWindow window) {
    window.add(this);
    window.pack();
  }

  /** On two lines below an image that is too narrow for one. */
  @Override
  public Dimension getPreferredSize() {
    Dimension line = super.getPreferredSize();
    ImageWindow window = image.getWindow();
    if (window == null || line.width <= window.getCanvas().getPreferredSize().width) {
      return line;
    }
    int width = Math.max(range.getPreferredSize().width, common.getPreferredSize().width);
    return new Dimension(width, 2 * line.height);
  }

  /** ImageJ puts it flush with the image, however narrow that is; here, into sight. */
  @Override
  public void setBounds(int x, int y, int width, int height) {
    Insets edges = getParent().getInsets();
    int last = getParent().getWidth() - edges.right - width;
    super.setBounds(Math.max(edges.left, Math.min(x, last)), y, width, height);
  }

  private void update() {
    common.setState(scale.isCommon());
    boolean signed = scale.isSigned();
    String min = scale.minimum() == 0 ? "0" : MapValue.text(scale.minimum(), signed);
    String max = MapValue.text(scale.maximum(), signed);
    range.setText("Colours: " + min + " to " + max + " per patch");
    validate();
  }

  @Override
  public void imageUpdated(ImagePlus updated) {
    if (updated != image) {
      return;
    }
    ImageWindow window = image.getWindow();
    if (window != null && window != getParent()) {
      addTo(window); // ImageJ makes a new window when a stack gets other dimensions
    }
    scale.follow();
    update();
  }

  @Override
  public void imageClosed(ImagePlus closed) {
    // ImageJ also says so when it makes a new window for the image.
    if (closed == image && image.getWindow() == null) {
      ImagePlus.removeImageListener(this);
    }
  }

  @Override
  public void imageOpened(ImagePlus opened) {
    // Others are looked after by their own strips.
  }
}
