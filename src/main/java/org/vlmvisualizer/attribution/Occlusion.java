package org.vlmvisualizer.attribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.View;

/**
 * How much less likely each token becomes once a window of the picture is hidden: signed, in nats.
 *
 * <pre>cell = mean over the windows w that cover it of ln p(t | whole) - ln p(t | w hidden)</pre>
 *
 * Windows are of cells of the display grid, as {@link OcclusionWindow} tells. Hidden are either
 * pixels, filled with the picture's own median colour, or the image tokens whose middle lies in the
 * window, replaced by those of a picture of that colour: faster, but the tower has spread what was
 * there over other tokens, which stay. The answer is forced, so one pass scores all of its tokens.
 *
 * <p>Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
 * arXiv 1311.2901, section 4.2. Costs a pass per window: of 24 × 24 cells, 145 in all.
 */
final class Occlusion extends AttributionMethod {
  static final String NAME = "occlusion";

  /** Hides image tokens. */
  static final String TOKENS = "token-occlusion";

  private final boolean hidesTokens;

  private Occlusion(String name, AttentionOptions options, boolean hidesTokens) {
    super(name, options);
    this.hidesTokens = hidesTokens;
  }

  static Occlusion ofPixels(AttentionOptions options) {
    return new Occlusion(NAME, options, false);
  }

  static Occlusion ofTokens(AttentionOptions options) {
    return new Occlusion(TOKENS, options, true);
  }

  @Override
  boolean isSigned() {
    return true;
  }

  @Override
  public double passes(int tokens, int cells) {
    double windows = (double) cells / (options.window().stride() * options.window().stride());
    return hidesTokens ? 2 + windows / 2 : 1 + windows;
  }

  @Override
  public boolean growsWithAnswer() {
    return false;
  }

  @Override
  public boolean needsCells() {
    return hidesTokens;
  }

  @Override
  float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe) {
    throw new IllegalStateException("Occlusion is by cells of the picture, not by image tokens.");
  }

  /** A window of one frame's display grid: its cells, and whether they hold a pixel. */
  private record Window(int frame, int[] cells, boolean hasPixel) {}

  @Override
  public List<TokenMaps> maps(Trace trace, AnswerProbe probe) {
    Layout layout = trace.layout();
    List<Window> windows = windows(layout);
    double[] whole = probe.logProbabilities(probe.pictures());
    List<Window> seen = windows.stream().filter(Window::hasPixel).toList();
    double[][] without =
        hidesTokens ? withoutTokens(seen, layout, probe) : withoutPixels(seen, layout, probe);
    Iterator<double[]> next = Arrays.asList(without).iterator();
    // To hide nothing changes nothing.
    List<double[]> hidden =
        windows.stream().map(window -> window.hasPixel ? next.next() : whole).toList();
    AttentionRows attention = AttentionRows.of(trace, options.keepFirst());
    List<TokenMaps> maps = new ArrayList<>();
    for (int frame = 0; frame < layout.frames(); frame++) {
      Grid grid = layout.display(frame);
      double[][] sums = new double[whole.length][grid.size()];
      int[] covered = new int[grid.size()];
      for (int w = 0; w < windows.size(); w++) {
        for (int cell : windows.get(w).frame == frame ? windows.get(w).cells : new int[0]) {
          covered[cell]++;
          for (int t = 0; t < sums.length; t++) {
            sums[t][cell] += whole[t] - hidden.get(w)[t];
          }
        }
      }
      float[][] values = new float[whole.length][grid.size()];
      for (int t = 0; t < values.length; t++) {
        for (int cell = 0; cell < covered.length; cell++) {
          values[t][cell] = covered[cell] == 0 ? 0 : (float) (sums[t][cell] / covered[cell]);
        }
      }
      maps.add(
          new TokenMaps(
              new AttributionMap(name(), values, true),
              grid,
              trace.tokens(),
              attention.shares(trace, frame)));
    }
    return maps;
  }

  /** From the first cell on, cut off at the edge. */
  private List<Window> windows(Layout layout) {
    int stride = options.window().stride();
    List<Window> windows = new ArrayList<>();
    for (int frame = 0; frame < layout.frames(); frame++) {
      Grid grid = layout.display(frame);
      for (int y = 0; y < grid.rows(); y += stride) {
        for (int x = 0; x < grid.columns(); x += stride) {
          int[] cells = cells(grid, x, y, options.window().size());
          boolean hasPixel = IntStream.of(cells).anyMatch(grid::hasPixel);
          windows.add(new Window(frame, cells, hasPixel));
        }
      }
    }
    return windows;
  }

  private static int[] cells(Grid grid, int left, int top, int size) {
    return IntStream.range(0, size * size)
        .filter(i -> left + i % size < grid.columns() && top + i / size < grid.rows())
        .map(i -> (top + i / size) * grid.columns() + left + i % size)
        .toArray();
  }

  private static double[][] withoutPixels(List<Window> windows, Layout layout, AnswerProbe probe) {
    List<int[]> fills = probe.pictures().stream().map(RgbPicture::median).toList();
    double[][] all = new double[windows.size()][];
    for (int w = 0; w < all.length; w++) {
      probe.update("Hiding parts of the picture", w, all.length);
      Window window = windows.get(w);
      List<RgbPicture> pictures = new ArrayList<>(probe.pictures());
      boolean[] hidden = layout.display(window.frame).pixels(window.cells);
      for (int i = 0; i < pictures.size(); i++) {
        if (probe.map(i) == window.frame) {
          pictures.set(i, pictures.get(i).filled(hidden, fills.get(i)));
        }
      }
      all[w] = probe.logProbabilities(pictures);
    }
    return all;
  }

  private static double[][] withoutTokens(List<Window> windows, Layout layout, AnswerProbe probe) {
    List<int[]> hidden = new ArrayList<>();
    for (Window window : windows) {
      Grid display = layout.display(window.frame);
      List<View> views = layout.views(window.frame);
      hidden.add(
          IntStream.range(0, layout.tokens())
              .filter(layout::hasPlace)
              .filter(k -> views.contains(layout.views().get(layout.view()[k])))
              .filter(k -> contains(display, window.cells, layout, k))
              .toArray());
    }
    return probe.logProbabilitiesWithout(hidden);
  }

  private static boolean contains(Grid display, int[] cells, Layout layout, int k) {
    Grid own = layout.views().get(layout.view()[k]).grid();
    int cell = display.cellAt(own.centreX(layout.cell()[k]), own.centreY(layout.cell()[k]));
    return IntStream.of(cells).anyMatch(c -> c == cell);
  }
}
