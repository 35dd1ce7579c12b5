package org.vlmvisualizer.boxes;

import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.ModelInput;

/**
 * A picture as a model saw it.
 *
 * @param grid the image tokens of a view of it, over the picture
 * @param width of what the model saw, in pixels of the network's input
 * @param height as {@code width}
 */
public record SeenPicture(Grid grid, int width, int height) {

  /**
   * The first picture of a question.
   *
   * <p>Where the model saw it in several crops, {@code width} and {@code height} are those of the
   * first; formats in thousandths do not ask for them.
   */
  public static SeenPicture of(ModelInput input) {
    Crop crop = input.crops().get(0);
    return new SeenPicture(input.layout().views().get(0).grid(), crop.width(), crop.height());
  }

  /** Where the right edge of what the model saw is. */
  double fullX(BoxFormat.Unit unit) {
    return full(unit, width);
  }

  /** Where its lower edge is. */
  double fullY(BoxFormat.Unit unit) {
    return full(unit, height);
  }

  private static double full(BoxFormat.Unit unit, int pixels) {
    return switch (unit) {
      case THOUSANDTHS -> 1000;
      case PIXELS -> pixels;
      case SHARES -> 1;
    };
  }

  /** Horizontal place in pixels of the picture. */
  double x(double value, BoxFormat.Unit unit) {
    return switch (unit) {
      case THOUSANDTHS -> value * grid.sourceWidth() / 1000;
      case PIXELS -> grid.sourceX(value / grid.modelPixels());
      case SHARES -> grid.sourceX(value * width / grid.modelPixels());
    };
  }

  /** Vertical place in pixels of the picture. */
  double y(double value, BoxFormat.Unit unit) {
    return switch (unit) {
      case THOUSANDTHS -> value * grid.sourceHeight() / 1000;
      case PIXELS -> grid.sourceY(value / grid.modelPixels());
      case SHARES -> grid.sourceY(value * height / grid.modelPixels());
    };
  }
}
