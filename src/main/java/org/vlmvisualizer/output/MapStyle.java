package org.vlmvisualizer.output;

/**
 * How a map is laid over its picture.
 *
 * @param opacity 0 shows the bare picture; at 1 the hottest colour hides it
 * @param smooth whether values run smoothly between patch centres, or patches show as squares
 */
public record MapStyle(HeatColours colours, double opacity, boolean smooth) {
  /** Lets what lies under the hottest patch be read. */
  public static final MapStyle DEFAULT = new MapStyle(HeatColours.INFERNO, 0.7, false);

  /** As a result's own heatmaps look. */
  public static MapStyle of(AttentionResult result) {
    return of(result.rendering()).fitting(result.maps().signed());
  }

  /** As heatmaps without negative values look. */
  static MapStyle of(Rendering rendering) {
    Upsampling upsampling = rendering.upsampling();
    boolean smooth = upsampling == Upsampling.BILINEAR || upsampling == Upsampling.BICUBIC;
    return new MapStyle(rendering.colours(), DEFAULT.opacity, smooth);
  }

  /**
   * @throws IllegalArgumentException if the opacity is out of range
   */
  public MapStyle {
    if (!(opacity >= 0 && opacity <= 1)) {
      throw new IllegalArgumentException("Expected an opacity of 0 to 1, found " + opacity + ".");
    }
  }

  /** The same with diverging colours for signed maps, and with others for others. */
  public MapStyle fitting(boolean signed) {
    if (signed == colours.isDiverging()) {
      return this;
    }
    return withColours(signed ? HeatColours.DIVERGING : DEFAULT.colours);
  }

  public MapStyle withColours(HeatColours value) {
    return new MapStyle(value, opacity, smooth);
  }

  public MapStyle withOpacity(double value) {
    return new MapStyle(colours, value, smooth);
  }

  public MapStyle withSmooth(boolean value) {
    return new MapStyle(colours, opacity, value);
  }

  Upsampling upsampling() {
    return smooth ? Upsampling.BILINEAR : Upsampling.NEAREST;
  }
}
