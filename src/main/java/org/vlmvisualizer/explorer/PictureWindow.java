package org.vlmvisualizer.explorer;

import ij.ImagePlus;
import ij.gui.ImageWindow;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.gui.RoiListener;
import ij.process.ColorProcessor;
import java.awt.EventQueue;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.output.AttentionResult;

/**
 * The picture that was asked about in an ImageJ window of its own, calibrated, with the map over
 * it. An area selection drawn on it is the region that tokens are measured by.
 */
final class PictureWindow implements RoiListener {
  private final ImagePlus image;
  private final MapRoi map = new MapRoi(() -> this.state);
  private ExplorerState state; // of the answer whose map is shown
  private MapRoi.Content painted;
  private boolean closed;

  private PictureWindow(ExplorerState state, ImagePlus image) {
    this.state = state;
    this.image = image;
  }

  /** Shows the picture, without a map yet; converts its pixels, so not on the event thread. */
  static PictureWindow open(ExplorerState state) {
    AttentionResult result = state.result();
    ImagePlus image =
        new ImagePlus("Explorer of " + result.source().title(), pixels(result.picture()));
    image.setCalibration(result.source().pixels());
    AttentionResult.mark(image, result);
    image.show();
    return new PictureWindow(state, image);
  }

  /** As ImageJ has them. */
  static ColorProcessor pixels(RgbPicture picture) {
    byte[] rgb = picture.rgb();
    int[] pixels = new int[picture.width() * picture.height()];
    for (int i = 0, k = 0; i < pixels.length; i++, k += 3) {
      pixels[i] = 0xff000000 | (rgb[k] & 0xff) << 16 | (rgb[k + 1] & 0xff) << 8 | rgb[k + 2] & 0xff;
    }
    return new ColorProcessor(picture.width(), picture.height(), pixels);
  }

  /** Lays the map over the picture and follows the selection drawn on it. */
  void connect() {
    Roi.addRoiListener(this);
  }

  /** Lets the map be drawn whenever it changes, as long as this answer is the one that is shown. */
  void follow(ExplorerState answer) {
    answer.onMap(this::redraw);
  }

  /** Shows the map of an answer that it follows, or more of it, and measures the region by it. */
  void show(ExplorerState answer) {
    state = answer;
    AttentionResult.mark(image, answer.result());
    redraw();
    readRegion();
  }

  ImagePlus image() {
    return image;
  }

  /** Takes the place of a picture of the same size, with its zoom. */
  void replace(PictureWindow earlier, WindowArranger windows) {
    ImageWindow window = image.getWindow();
    ImageWindow old = earlier.image.getWindow();
    boolean same =
        image.getWidth() == earlier.image.getWidth()
            && image.getHeight() == earlier.image.getHeight();
    if (same && window != null && old != null) {
      WindowSizes.zoom(window, old.getCanvas().getMagnification());
      windows.replace(window, old.getBounds());
    }
  }

  /**
   * Takes the selection off the picture.
   *
   * @return whether there was one
   */
  boolean clearRegion() {
    boolean any = image.getRoi() != null;
    image.deleteRoi();
    return any;
  }

  /** Closes the window without asking to save it; nothing in it is lost. */
  void close() {
    Roi.removeRoiListener(this);
    if (!closed) {
      closed = true;
      image.changes = false;
      image.close();
    }
  }

  /** Tells that the user closed it. */
  void closed() {
    closed = true;
  }

  @Override
  public void roiModified(ImagePlus changed, int id) {
    if (changed == image) {
      // Later: while listeners are told, the selection is half-way in or out.
      EventQueue.invokeLater(this::readRegion);
    }
  }

  private void readRegion() {
    Roi roi = image.getRoi();
    state.setRegion(RegionMeasure.isRegion(roi) ? (Roi) roi.clone() : null);
  }

  private void redraw() {
    MapRoi.Content content = map.content();
    if (image.getCanvas() == null || content.equals(painted)) {
      return;
    }
    painted = content;
    Overlay overlay = image.getOverlay();
    if (overlay == null) {
      // Also after "Remove Overlay": the next change brings the map back.
      overlay = new Overlay();
      overlay.drawLabels(false);
      overlay.add(map);
      image.setOverlay(overlay);
    }
    image.getCanvas().repaint();
  }
}
