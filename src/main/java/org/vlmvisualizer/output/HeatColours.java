package org.vlmvisualizer.output;

import ij.process.LUT;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The colour map of all heatmaps: "inferno", perceptually uniform, black at 0, legible in grey and
 * to colour-blind readers. It is Fiji's "mpl-inferno", carried along because plain ImageJ has none.
 */
final class HeatColours {
  private static final String TABLE = "inferno.txt";

  /** [256] as 0xrrggbb. */
  private static final int[] COLOURS = read();

  private HeatColours() {}

  /**
   * The colour map with a display range.
   *
   * @param max value shown brightest; 0 is shown black
   */
  static LUT lut(double max) {
    byte[][] channels = new byte[3][COLOURS.length];
    for (int i = 0; i < COLOURS.length; i++) {
      for (int c = 0; c < 3; c++) {
        channels[c][i] = (byte) (COLOURS[i] >> 16 - 8 * c);
      }
    }
    LUT lut = new LUT(channels[0], channels[1], channels[2]);
    lut.min = 0;
    lut.max = max;
    return lut;
  }

  /** The colour of a value from 0 to 1, as 0xrrggbb. */
  static int of(double value) {
    double clamped = Math.max(0, Math.min(1, value));
    return COLOURS[(int) Math.round(clamped * (COLOURS.length - 1))];
  }

  private static int[] read() {
    try (InputStream in = HeatColours.class.getResourceAsStream(TABLE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .flatMap(line -> Arrays.stream(line.split(" ")))
          .mapToInt(colour -> Integer.parseInt(colour, 16))
          .toArray();
    } catch (IOException e) {
      throw new UncheckedIOException("The colour table " + TABLE + " cannot be read.", e);
    }
  }
}
