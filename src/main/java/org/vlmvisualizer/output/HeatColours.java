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
 * they are carried along. Fire and grays are ImageJ's own.
 */
public enum HeatColours {
  INFERNO,
  VIRIDIS,
  MAGMA,
  CIVIDIS,
  FIRE,
  GRAYS;

  private static final int SIZE = 256;

  /** [256] as 0xrrggbb. */
  private final int[] colours = List.of("FIRE", "GRAYS").contains(name()) ? builtIn() : read();

  /**
   * The colour map with a display range.
   *
   * @param max value shown in the last colour; 0 is shown in the first
   */
  public LUT lut(double max) {
    IndexColorModel table =
        new IndexColorModel(8, SIZE, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
    return new LUT(table, 0, max);
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
