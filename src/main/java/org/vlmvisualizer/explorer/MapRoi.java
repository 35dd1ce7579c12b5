package org.vlmvisualizer.explorer;

import ij.gui.ImageCanvas;
import ij.gui.ImageRoi;
import java.awt.Graphics;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.output.MapLayer;
import org.vlmvisualizer.output.MapStyle;

/**
 * The map as an element of an image's overlay, so that it lies between the picture and the user's
 * selections, is kept when the image is flattened, and goes away with Image › Overlay › Hide. It is
 * drawn for what the canvas shows and at the canvas' size: however large the picture, a redraw
 * costs as many pixels as are seen.
 */
final class MapRoi extends ImageRoi {
  private static final long serialVersionUID = 1L;

  /** What is drawn, wherever and however large. */
  record Content(SelectedMap map, double max, MapStyle style) {}

  /** All that the drawn pixels depend on. */
  private record Drawn(Content content, Rectangle region, int width, int height) {}

  private final transient Supplier<ExplorerState> shown;
  private transient Drawn drawn;
  private transient BufferedImage layer;

  /**
   * @param shown of the answer that is looked at
   */
  MapRoi(Supplier<ExplorerState> shown) {
    super(0, 0, new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB));
    this.shown = shown;
    setName("attention map");
  }

  Content content() {
    ExplorerState state = shown.get();
    return new Content(state.shown(), state.scaleMaximum(), state.style());
  }

  @Override
  public void draw(Graphics g) {
    ImageCanvas canvas = getImage() == null ? null : getImage().getCanvas();
    if (canvas == null) {
      return;
    }
    // ImageJ flattens on a canvas that shows no region: then all of it is drawn.
    Grid grid = shown.get().maps().grid();
    Rectangle region =
        canvas.getSrcRect().isEmpty()
            ? new Rectangle(grid.sourceWidth(), grid.sourceHeight())
            : canvas.getSrcRect();
    double magnification = canvas.getMagnification();
    int width = Math.max(1, (int) (region.width * magnification + 0.5)); // as ImageCanvas does
    int height = Math.max(1, (int) (region.height * magnification + 0.5));
    Drawn wanted = new Drawn(content(), new Rectangle(region), width, height);
    if (!wanted.equals(drawn)) {
      layer =
          MapLayer.of(
              grid,
              wanted.content.map.patches(),
              wanted.content.max,
              wanted.content.style,
              region,
              width,
              height);
      drawn = wanted;
    }
    g.drawImage(layer, 0, 0, null);
  }

  /** Nowhere, so that clicks reach the selections and not the map that lies under them all. */
  @Override
  public boolean contains(int x, int y) {
    return false;
  }
}
