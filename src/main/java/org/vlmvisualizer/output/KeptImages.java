package org.vlmvisualizer.output;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.VirtualStack;
import ij.process.FloatProcessor;
import ij.process.ImageProcessor;
import ij.process.LUT;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenMaps;

/**
 * What a run kept of each layer and head as ImageJ images, so that it can be scrolled and measured
 * in ImageJ and read in Python, and back from their files:
 *
 * <ul>
 *   <li>{@link #HEADS}: attention to the picture; channels are heads, slices layers, frames tokens,
 *       a pixel is a patch.
 *   <li>{@link #SHARES}: what each head looked at; column is head, row layer, frames tokens, and
 *       the channels, which sum to 1, are the picture, the first token, the rest of the prompt's
 *       text, the answer so far and, where there are any, the markers of the picture.
 *   <li>{@link #VISION}: the tower's patch-to-patch attention, if the method reads it; row looks,
 *       column is looked at.
 * </ul>
 */
final class KeptImages {
  static final String HEADS = "head-attention.tif";
  static final String SHARES = "head-shares.tif";
  static final String VISION = "vision-attention.tif";
  private static final List<String> TARGETS =
      List.of(
          "picture",
          "first token",
          "rest of the prompt",
          "answer so far",
          "markers of the picture");
  private static final int SAMPLES = 1_000_000;

  private final HeadAttention kept;
  private final int places; // K
  private final List<GeneratedToken> tokens;
  private final HeatColours colours;
  private final String info;

  private KeptImages(
      HeadAttention kept, List<GeneratedToken> tokens, HeatColours colours, String info) {
    this.kept = kept;
    places = kept.layout().tokens();
    this.tokens = tokens;
    this.colours = colours;
    this.info = info.stripTrailing();
  }

  /**
   * The images by their files' names.
   *
   * @param info provenance, one statement a line; what pixels mean is added to it
   */
  static Map<String, ImagePlus> of(
      HeadAttention kept, TokenMaps maps, SourceFrame source, HeatColours colours, String info) {
    KeptImages images = new KeptImages(kept, maps.tokens(), colours, info);
    Map<String, ImagePlus> all = new LinkedHashMap<>();
    all.put(HEADS, images.heads(maps.grid(), source));
    all.put(SHARES, images.shares());
    if (kept.vision() != null) {
      all.put(VISION, images.vision());
    }
    return all;
  }

  private ImagePlus heads(Grid grid, SourceFrame source) {
    int heads = kept.rowsPerLayer();
    int layers = kept.layers().size();
    ImagePlus image = new ImagePlus("Attention per head", new Planes(grid));
    image.setDimensions(heads, layers, kept.size());
    image.setCalibration(source.patches(grid));
    return finish(
        image,
        MatrixImage.percentile(sample()),
        "Attention of each head (channel) of each layer (slice) to the picture, per patch, for each token (frame)");
  }

  /** Planes of {@link #HEADS}, made when they are asked for: copies would double the memory. */
  private final class Planes extends VirtualStack {
    Planes(Grid grid) {
      super(
          grid.columns(),
          grid.rows(),
          kept.size() * kept.layers().size() * kept.rowsPerLayer(),
          "32-bit");
    }

    @Override
    public ImageProcessor getProcessor(int slice) {
      int perToken = kept.layers().size() * kept.rowsPerLayer();
      int start = (slice - 1) % perToken * kept.recorded();
      float[] values = kept.image()[(slice - 1) / perToken];
      float[] plane = Arrays.copyOfRange(values, start, start + places);
      return new FloatProcessor(getWidth(), getHeight(), onCells(plane));
    }

    @Override
    public String getSliceLabel(int slice) {
      int row = slice - 1;
      int head = row % kept.rowsPerLayer();
      int layer = row / kept.rowsPerLayer() % kept.layers().size();
      int token = row / kept.rowsPerLayer() / kept.layers().size();
      String which = kept.averaged() ? "" : ", head " + (kept.heads().first() + head);
      return "%s, layer %d%s"
          .formatted(TokenText.label(tokens.get(token)), kept.layers().first() + layer, which);
    }
  }

  private ImagePlus shares() {
    ImageStack stack = new ImageStack(kept.rowsPerLayer(), kept.layers().size());
    List<String> targets = targets(kept.recorded() > places);
    int rows = kept.rowsPerLayer() * kept.layers().size();
    for (int t = 0; t < kept.size(); t++) {
      for (int i = 0; i < targets.size(); i++) {
        String label = TokenText.label(tokens.get(t)) + ", " + targets.get(i);
        stack.addSlice(label, share(t, i, rows));
      }
    }
    ImagePlus image = new ImagePlus("What each head looked at", stack);
    image.setDimensions(targets.size(), 1, kept.size());
    return finish(
        image,
        1,
        "Share of the attention of each head (column) of each layer (row) that fell on the "
            + String.join(", the ", targets)
            + " (channels), for each token (frame)");
  }

  private static List<String> targets(boolean markers) {
    return markers ? TARGETS : TARGETS.subList(0, TARGETS.size() - 1);
  }

  /** A token's share of one of the targets, [rows]. */
  private float[] share(int token, int target, int rows) {
    if (target == 0) {
      return sums(kept.image()[token], rows, 0, places);
    } else if (target > HeadAttention.SUMS) {
      return sums(kept.image()[token], rows, places, kept.recorded());
    }
    return Arrays.copyOfRange(kept.rest()[token], (target - 1) * rows, target * rows);
  }

  /** Of each row the sum of its recorded values from one on to another. */
  private float[] sums(float[] values, int rows, int from, int to) {
    float[] sums = new float[rows];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int k = from; k < to; k++) {
        sum += values[i * kept.recorded() + k];
      }
      sums[i] = (float) sum;
    }
    return sums;
  }

  /** Attention to image tokens, [K], as the image shows it: to queries, on what they looked at. */
  private float[] onCells(float[] plane) {
    return kept.layout().gathered() == null ? plane : kept.layout().cells(0, plane);
  }

  private ImagePlus vision() {
    int cells = kept.layout().gathered() == null ? places : kept.vision().length;
    FloatProcessor pixels = new FloatProcessor(cells, cells);
    for (int k = 0; k < cells; k++) {
      System.arraycopy(seen(k), 0, (float[]) pixels.getPixels(), k * cells, cells);
    }
    ImagePlus image = new ImagePlus("Attention between patches", pixels);
    return finish(
        image,
        MatrixImage.percentile((float[]) pixels.getPixels()),
        "Attention of the row's patch to the column's patch in the vision tower; rows sum to 1");
  }

  /** What the patches of an image token, or a patch, look at in the tower, by the same, [K]. */
  private float[] seen(int token) {
    Spread spread = kept.layout().spread();
    if (spread.isIdentity() || kept.layout().gathered() != null) {
      return kept.vision()[token];
    }
    double[] only = new double[places];
    only[token] = 1;
    double[] patches = spread.toPatches(only, kept.vision().length);
    double[] sums = new double[patches.length];
    for (int q = 0; q < patches.length; q++) {
      for (int p = 0; p < patches.length && patches[q] > 0; p++) {
        sums[p] += patches[q] * kept.vision()[q][p];
      }
    }
    return AttributionMap.narrow(spread.toTokens(sums));
  }

  /** Gives every channel the heat colours: by itself, ImageJ shows channels red, green and blue. */
  private ImagePlus finish(ImagePlus image, double max, String meaning) {
    LUT lut = colours.lut(max > 0 ? max : 1);
    image.setProperty(
        "Info",
        "%s\nPixel value: %s\nLayers: %s\nHeads: %s%s\n"
            .formatted(
                info, meaning, kept.layers(), kept.heads(), kept.averaged() ? ", averaged" : ""));
    if (image.getNChannels() == 1) {
      image.setLut(lut);
      return image;
    }
    CompositeImage composite = new CompositeImage(image, IJ.COLOR);
    composite.setLuts(Collections.nCopies(image.getNChannels(), lut).toArray(LUT[]::new));
    composite.setOpenAsHyperStack(true);
    return composite;
  }

  /** Enough values to choose a display range by; of queries, those of the last row. */
  private float[] sample() {
    if (kept.layout().gathered() != null) {
      float[] last = kept.image()[kept.size() - 1];
      int start = last.length - kept.recorded();
      return onCells(Arrays.copyOfRange(last, start, start + places));
    }
    int each = Math.max(1, SAMPLES / kept.size());
    int length = kept.image()[0].length;
    int step = Math.max(1, length / each);
    int count = (length + step - 1) / step;
    float[] sample = new float[count * kept.size()];
    for (int t = 0; t < kept.size(); t++) {
      for (int i = 0; i < count; i++) {
        sample[t * count + i] = kept.image()[t][i * step];
      }
    }
    return sample;
  }

  /**
   * Reads the files of {@link #of}.
   *
   * @param shape which layers and heads they hold
   * @throws IOException if they do not hold that, or memory does not
   */
  static HeadAttention read(Path folder, ResultJson.Kept shape, Grid grid, int tokens)
      throws IOException {
    int heads = shape.averaged() ? 1 : shape.heads().size();
    int layers = shape.layers().size();
    int rows = Math.multiplyExact(layers, heads);
    float[][] image = new float[tokens][];
    float[][] rest = new float[tokens][];
    int targets = targets(shape.markers()).size();
    try (FloatPlanes planes =
            FloatPlanes.open(
                folder.resolve(HEADS), grid.columns(), grid.rows(), (long) tokens * rows);
        FloatPlanes shares =
            FloatPlanes.open(folder.resolve(SHARES), heads, layers, (long) tokens * targets)) {
      requireMemory((long) tokens * rows * (grid.size() + targets) * Float.BYTES);
      for (int t = 0; t < tokens; t++) {
        image[t] = planes.next(rows);
        shares.next(1); // what fell on the picture: the sum of the above
        rest[t] = shares.next(HeadAttention.SUMS);
        if (shape.markers()) {
          image[t] = withMarkers(image[t], shares.next(1));
        }
      }
    }
    float[][] vision = shape.vision() ? vision(folder.resolve(VISION), grid.size()) : null;
    return new HeadAttention(
        shape.layers(), shape.heads(), shape.averaged(), image, rest, vision, Layout.of(grid));
  }

  /** Each row of values with one more behind it: the markers' sum stands for them. */
  private static float[] withMarkers(float[] values, float[] markers) {
    int places = values.length / markers.length;
    float[] all = new float[values.length + markers.length];
    for (int i = 0; i < markers.length; i++) {
      System.arraycopy(values, i * places, all, i * (places + 1), places);
      all[i * (places + 1) + places] = markers[i];
    }
    return all;
  }

  private static void requireMemory(long needed) throws IOException {
    long available = JavaMemory.available(needed);
    if (needed > available) {
      throw new IOException(
          "%s needs %d MB of memory and %d MB are free; Java can be given more"
              .formatted(HEADS, needed >> 20, available >> 20));
    }
  }

  private static float[][] vision(Path file, int patches) throws IOException {
    float[][] rows = new float[patches][];
    try (FloatPlanes planes = FloatPlanes.open(file, patches, patches, 1)) {
      float[] values = planes.next(1);
      for (int q = 0; q < patches; q++) {
        rows[q] = Arrays.copyOfRange(values, q * patches, (q + 1) * patches);
      }
    }
    return rows;
  }
}
