package org.vlmvisualizer.output;

import ij.plugin.LutLoader;
import ij.process.LUT;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Words;

/**
 * The colour maps that heatmaps can have. Those of matplotlib are perceptually uniform, legible in
 * grey and to colour-blind readers; Fiji has them too ("mpl-inferno"), but plain ImageJ has not, so
 * they are carried along. Fire and grays are ImageJ's own. Signed maps have the diverging ones, and
 * no others do: blue is below 0 and orange above, which colour-blind readers tell apart, and
 * lightness is the same on both sides.
 */
public enum HeatColours {
  INFERNO,
  VIRIDIS,
  MAGMA,
  CIVIDIS,
  FIRE,
  GRAYS,
  DIVERGING,
  DIVERGING_DARK;

  private static final int SIZE = 256;

  /** [256] as 0xrrggbb. */
  private final int[] colours = List.of("FIRE", "GRAYS").contains(name()) ? builtIn() : read();

  /** Those that users choose from, for maps without negative values. */
  public static HeatColours[] choices() {
    return Arrays.stream(values()).filter(all -> !all.isDiverging()).toArray(HeatColours[]::new);
  }

  /** Whether 0 is in the middle. */
  public boolean isDiverging() {
    return this == DIVERGING || this == DIVERGING_DARK;
  }

  /** The same for channels that are added to others, where 0 has to be black. */
  HeatColours added() {
    return this == DIVERGING ? DIVERGING_DARK : this;
  }

  /**
   * Where a value stands among the colours.
   *
   * @param share of the value shown in the last colour; from 0, or of diverging ones from -1
   * @return 0 for the first colour, 1 for the last
   */
  double place(double share) {
    return isDiverging() ? (1 + share) / 2 : share;
  }

  /**
   * The colour map with a display range.
   *
   * @param max value shown in the last colour; in the first, 0, or of diverging ones {@code -max}
   */
  public LUT lut(double max) {
    IndexColorModel table =
        new IndexColorModel(8, SIZE, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
    return new LUT(table, isDiverging() ? -max : 0, max);
  }

  /** The colour of a value from 0 to 1, as 0xrrggbb; values beyond are shown as these. */
  public int of(double value) {
    double clamped = Math.max(0, Math.min(1, value));
    return colours[(int) Math.round(clamped * (SIZE - 1))];
  }

  @Override
  public String toString() {
    return Words.word(this);
  }

  private int[] builtIn() {
    IndexColorModel table = LutLoader.getLut(toString());
    return IntStream.range(0, SIZE).map(i -> table.getRGB(i) & 0xffffff).toArray();
  }

  private int[] read() {
    String table = this + ".txt";
    try (InputStream in = HeatColours.class.getResourceAsStream(table)) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .flatMap(line -> Arrays.stream(line.split(" ")))
          .mapToInt(colour -> Integer.parseInt(colour, 16))
          .toArray();
    } catch (IOException e) {
      throw new UncheckedIOException("The colour table " + table + " cannot be read.", e);
    }
  }
}
