package org.vlmvisualizer.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.core.Cells;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.image.SingleView.Shape;

/**
 * Where each processor says that its image tokens lie, against where bright squares in the corners
 * of a picture are found in the patches that they are made of.
 */
class PictureGeometryTest {
  /** How far a resize may blur: LANCZOS reaches over 3 pixels of the coarser side. */
  private static final double BLUR = 3;

  /** Of the picture's sides. */
  private static final double SQUARE = 0.4;

  private static final Normalization PLAIN =
      new Normalization(new double[3], new double[] {1, 1, 1}, 1 / 255.0);
  private static final int[][] SIZES = {
    {1, 1},
    {2, 3},
    {7, 90},
    {64, 64},
    {200, 150},
    {150, 200},
    {601, 97},
    {97, 601},
    {300, 900},
    {1000, 800},
    {5000, 300},
    {300, 5000},
    {5000, 1},
    {1, 5000}
  };

  /**
   * @param input of one picture
   * @param size S
   * @param patch side of a patch in pixels
   */
  record Way(String name, int size, int patch, Maker input) {
    /** Whether cells may be half a cell off their patches: see {@link AnyResolution#grid}. */
    boolean isShifted(View view) {
      return size % patch != 0 && view.name().equals(View.TILES);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  interface Maker {
    ModelInput of(RgbPicture picture);
  }

  private static List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      ways.add(way("single " + shape, 56, 7, single(56, shape)));
    }
    ways.add(way("single with a remainder", 60, 7, single(60, Shape.SQUASH)));
    ways.add(way("next", 56, 7, next()));
    ways.add(way("onevision", 56, 7, onevision(56)));
    ways.add(way("onevision with a remainder", 60, 7, onevision(60)));
    ways.add(way("idefics3", 64, 4, idefics3(true)));
    ways.add(way("idefics3 untiled", 64, 4, idefics3(false)));
    ways.add(new Way("onevision frames", 56, 7, p -> onevision(56).processVideo(List.of(p), NONE)));
    LlavaNextVideoProcessor video = new LlavaNextVideoProcessor(next(), single(56, Shape.CROP));
    ways.add(new Way("next frames", 56, 7, p -> video.processVideo(List.of(p), NONE)));
    return ways;
  }

  private static final Progress NONE = Progress.NONE;

  private static Way way(String name, int size, int patch, PictureProcessor processor) {
    return new Way(name, size, patch, p -> processor.process(List.of(p), NONE));
  }

  private static SingleView single(int size, Shape shape) {
    return new SingleView(size, 7, PLAIN, Resampling.BICUBIC, Rounding.PILLOW, shape, new int[3]);
  }

  private static LlavaNextProcessor next() {
    List<Resolution> pinpoints =
        Stream.of(new int[][] {{1, 2}, {2, 1}, {2, 2}, {1, 3}, {3, 1}})
            .map(p -> new Resolution(56 * p[0], 56 * p[1]))
            .toList();
    return new LlavaNextProcessor(
        new AnyResolutionTiles(56, 7, PLAIN, Resampling.BICUBIC, pinpoints, true));
  }

  private static LlavaOnevisionProcessor onevision(int size) {
    List<Resolution> pinpoints = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      for (int j = 1; j <= 4; j++) {
        pinpoints.add(new Resolution(size * i, size * j));
      }
    }
    return new LlavaOnevisionProcessor(
        new AnyResolutionTiles(size, 7, PLAIN, Resampling.BICUBIC, pinpoints, true),
        3,
        single(size, Shape.PAD),
        single(size, Shape.SQUASH));
  }

  private static Idefics3Processor idefics3(boolean tiled) {
    return new Idefics3Processor(64, 4, PLAIN, Resampling.LANCZOS, 256, 2, tiled);
  }

  static Stream<Arguments> cases() {
    return ways().stream()
        .flatMap(way -> Arrays.stream(SIZES).map(s -> Arguments.of(way, s[0], s[1])));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void pointsGoToCellsAndBack(Way way, int width, int height) {
    Random random = new Random(1);
    for (View view : way.input().of(NoisePicture.black(width, height)).layout().views()) {
      Grid grid = view.grid();
      assertEquals(width + " x " + height, grid.sourceWidth() + " x " + grid.sourceHeight());
      for (int i = 0; i < 100; i++) {
        double x = random.nextDouble() * width;
        double y = random.nextDouble() * height;
        assertEquals(x, grid.sourceX(grid.cellX(x)), 1e-9 * width);
        assertEquals(y, grid.sourceY(grid.cellY(y)), 1e-9 * height);
      }
      for (int cell = 0; cell < grid.size(); cell++) {
        assertEquals(cell, Cells.at(grid, grid.centreX(cell), grid.centreY(cell)));
      }
    }
  }

  /** But for what a centre crop cuts away, and a remainder of less than a patch in no patch. */
  @ParameterizedTest
  @MethodSource("cases")
  void viewsCoverThePicture(Way way, int width, int height) {
    if (way.name().contains("CROP") || way.name().equals("next frames")) {
      return;
    }
    double seen = (double) (way.size() / way.patch() * way.patch()) / way.size();
    List<View> views = way.input().of(NoisePicture.black(width, height)).layout().views();
    for (int i = 0; i < 50; i++) {
      for (int j = 0; j < 50; j++) {
        double x = (i + 0.5) / 50 * width * seen;
        double y = (j + 0.5) / 50 * height * seen;
        assertTrue(views.stream().anyMatch(v -> Cells.at(v.grid(), x, y) >= 0), x + ", " + y);
      }
    }
  }

  /** Each token with a place has a cell of its own, and a map keeps the sum of its tokens. */
  @ParameterizedTest
  @MethodSource("cases")
  void mapsKeepTheirSum(Way way, int width, int height) {
    Layout layout = way.input().of(NoisePicture.black(width, height)).layout();
    int cells = layout.views().stream().mapToInt(v -> v.grid().size()).sum();
    long distinct =
        IntStream.range(0, layout.tokens())
            .filter(layout::hasPlace)
            .mapToObj(k -> layout.view()[k] + " " + layout.cell()[k])
            .distinct()
            .count();
    assertEquals(cells, distinct);
    float[] values = new float[layout.tokens()];
    Random random = new Random(2);
    double sum = 0;
    for (int k = 0; k < values.length; k++) {
      values[k] = random.nextFloat();
      sum += layout.hasPlace(k) ? values[k] : 0;
    }
    double mapped = 0;
    for (float value : layout.cells(0, values)) {
      mapped += value;
    }
    assertEquals(1, mapped / sum, 1e-5);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void brightCornersLieWhereTheTokensSaySo(Way way, int width, int height) {
    for (int corner = 0; corner < 4; corner++) {
      Square square = new Square(width, height, corner);
      ModelInput input = way.input().of(square.picture());
      Layout layout = input.layout();
      int[] bright = new int[layout.views().size()];
      for (int k = 0; k < layout.tokens(); k++) {
        if (layout.hasPlace(k)) {
          View view = layout.views().get(layout.view()[k]);
          int sure = square.sure(view.grid(), layout.cell()[k], way.isShifted(view));
          double expected = Math.max(0, sure);
          double allowed = sure == 0 ? 1.2 : 0.12;
          String where = view + " cell " + layout.cell()[k] + " corner " + corner;
          assertEquals(expected, brightness(input, way, k), allowed, where);
          bright[layout.view()[k]] += sure > 0 ? 1 : 0;
        }
      }
      boolean large = Math.min(width, height) >= 60 && Math.max(width, height) <= 1000;
      boolean broad = Math.max(width, height) <= 2 * Math.min(width, height);
      for (int v = 0; v < bright.length; v++) {
        boolean counts = large && broad && isWhole(way) && !way.isShifted(layout.views().get(v));
        assertTrue(!counts || bright[v] > 0, layout.views().get(v) + " corner " + corner);
      }
    }
  }

  private static boolean isWhole(Way way) {
    return !way.name().contains("CROP")
        && !way.name().contains("PAD")
        && !way.name().contains("frames");
  }

  /** Mean of the red of a token's patches, weighted by its spread. */
  private static double brightness(ModelInput input, Way way, int token) {
    int perSide = way.size() / way.patch();
    int[] start = input.layout().spread().start();
    double sum = 0;
    for (int e = start[token]; e < start[token + 1]; e++) {
      int patch = input.layout().spread().patch()[e];
      int inCrop = patch % (perSide * perSide);
      float[] crop = input.crops().get(patch / (perSide * perSide)).values();
      double mean = 0;
      for (int i = 0; i < way.patch() * way.patch(); i++) {
        int x = inCrop % perSide * way.patch() + i % way.patch();
        int y = inCrop / perSide * way.patch() + i / way.patch();
        mean += crop[y * way.size() + x];
      }
      sum += input.layout().spread().weight()[e] * mean / (way.patch() * way.patch());
    }
    return sum;
  }

  /** A white rectangle in a corner of a black picture. */
  private record Square(int width, int height, int corner) {
    private int left() {
      return corner % 2 == 0 ? 0 : width - across();
    }

    private int top() {
      return corner / 2 == 0 ? 0 : height - down();
    }

    private int across() {
      return (int) Math.ceil(SQUARE * width);
    }

    private int down() {
      return (int) Math.ceil(SQUARE * height);
    }

    RgbPicture picture() {
      RgbPicture picture = NoisePicture.black(width, height);
      for (int y = top(); y < top() + down(); y++) {
        int from = 3 * (y * width + left());
        Arrays.fill(picture.rgb(), from, from + 3 * across(), (byte) 255);
      }
      return picture;
    }

    /**
     * 1 for a cell that is white for sure: it and all around that a resize could bring in; -1 for
     * one that is black for sure; 0 for one that may be anything.
     *
     * @param shifted whether cells may be up to half a cell off their patches
     */
    int sure(Grid grid, int cell, boolean shifted) {
      double x = grid.centreX(cell);
      double y = grid.centreY(cell);
      double halfX = grid.cellWidth() * (shifted ? 1 : 0.5);
      double halfY = grid.cellHeight() * (shifted ? 1 : 0.5);
      boolean onPicture =
          x - halfX >= -1e-6
              && x + halfX <= width + 1e-6
              && y - halfY >= -1e-6
              && y + halfY <= height + 1e-6;
      double blurX = grid.cellWidth() + Math.max(BLUR, BLUR * grid.cellWidth() / 7);
      double blurY = grid.cellHeight() + Math.max(BLUR, BLUR * grid.cellHeight() / 7);
      boolean inside =
          left() <= Math.max(0, x - halfX - blurX)
              && Math.min(width, x + halfX + blurX) <= left() + across()
              && top() <= Math.max(0, y - halfY - blurY)
              && Math.min(height, y + halfY + blurY) <= top() + down();
      boolean outside =
          x + halfX + blurX <= left()
              || x - halfX - blurX >= left() + across()
              || y + halfY + blurY <= top()
              || y - halfY - blurY >= top() + down();
      return inside && onPicture ? 1 : outside ? -1 : 0;
    }
  }
}
