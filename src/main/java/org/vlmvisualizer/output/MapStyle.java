package org.vlmvisualizer.output;

/**
 * How a map is laid over its picture.
 *
 * @param colours name of a colour map, one of {@link #COLOURS}
 * @param opacity 0 shows the bare picture; at 1 the hottest colour hides it
 * @param smooth whether values run smoothly between patch centres, or patches show as squares
 */
public record MapStyle(String colours, double opacity, boolean smooth) {
  /** Perceptually uniform colour maps that colour-blind readers can tell apart, and grey. */
  public static final java.util.List<String> COLOURS = java.util.List.of("inferno", "grey");

  /** As the montage is drawn. */
  public static final MapStyle DEFAULT = new MapStyle("inferno", 0.85, false);

  public MapStyle {
    if (!COLOURS.contains(colours) || !(opacity >= 0 && opacity <= 1)) {
      throw new IllegalArgumentException(
          "Expected a colour map of %s and an opacity of 0 to 1, found %s and %s."
              .formatted(COLOURS, colours, opacity));
    }
  }

  public MapStyle withColours(String name) {
    return new MapStyle(name, opacity, smooth);
  }

  public MapStyle withOpacity(double value) {
    return new MapStyle(colours, value, smooth);
  }

  public MapStyle withSmooth(boolean value) {
    return new MapStyle(colours, opacity, value);
  }

  /**
   * The colour of a value.
   *
   * @param share of the value shown brightest, 0 to 1
   * @return 0xrrggbb
   */
  public int colour(double share) {
    double clamped = Math.max(0, Math.min(1, share));
    return colours.equals("grey")
        ? 0x010101 * (int) Math.round(255 * clamped)
        : HeatColours.of(clamped);
  }

  Upsampling upsampling() {
    return smooth ? Upsampling.BILINEAR : Upsampling.NEAREST;
  }
}
