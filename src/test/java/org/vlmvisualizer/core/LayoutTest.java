package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayoutTest {
  /** An overview of 2 × 2 cells and tiles of 4 × 2, with a newline behind each of their rows. */
  private static Layout tiled(int width, int height) {
    Grid overview = Grid.squashed(width, height, 28, 14);
    Grid tiles = new Grid(width, height, 4, 2, 0, 0, width / 4.0, height / 2.0, 14);
    int[] view = {0, 0, 0, 0, 1, 1, 1, 1, -1, 1, 1, 1, 1, -1};
    int[] cell = {0, 1, 2, 3, 0, 1, 2, 3, -1, 4, 5, 6, 7, -1};
    int[] patches = {0, 1, 2, 3, 4, 5, 8, 9, -1, 6, 7, 10, 11, -1};
    return new Layout(
        List.of(new View(0, View.OVERVIEW, overview), new View(0, View.TILES, tiles)),
        view,
        cell,
        SpreadTest.gather(patches));
  }

  @Test
  void aFrameShowsOnePictureOrThePairOfAVideo() {
    Grid grid = Grid.stretched(4, 4, 1, 1, 4);
    Spread spread = Spread.identity(2);
    int[] token = {0, 1};
    View pair = new View(0, 0, 2, 0, View.FRAME, grid);
    View odd = new View(0, 2, 1, 1, View.FRAME, grid);
    Layout video = new Layout(List.of(pair, odd), token, new int[2], spread);
    assertEquals(List.of(0, 2), List.of(video.picture(0), video.picture(1)));
    assertEquals(List.of(0, 0, 1), List.of(video.frameOf(0), video.frameOf(1), video.frameOf(2)));
    List<View> pictures = List.of(new View(0, View.PICTURE, grid), new View(1, View.PICTURE, grid));
    Layout stills = new Layout(pictures, token, new int[2], spread);
    assertEquals(List.of(0, 1), List.of(stills.picture(0), stills.picture(1)));
    assertEquals(List.of(0, 1), List.of(stills.frameOf(0), stills.frameOf(1)));
  }

  @Test
  void onePictureIsShownAsItIs() {
    Layout layout = Layout.of(Grid.padded(50, 30, 28, 7));
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 7f;
    }
    assertEquals(1, layout.frames());
    assertArrayEquals(values, layout.cells(0, values));
    assertTrue(layout.spread().isIdentity());
  }

  /** Two queries of each of two pictures of two patches; and passed on through the tower. */
  @Test
  void queriesLieWhereTheyLooked() {
    Grid grid = Grid.stretched(20, 10, 2, 1, 10);
    Layout unseen =
        new Layout(
            List.of(new View(0, View.PICTURE, grid), new View(1, View.PICTURE, grid)),
            new int[] {0, 0, 1, 1},
            new int[] {-1, -1, -1, -1},
            new Spread(new int[5], new int[0], new float[0]));
    Layout seen =
        unseen.with(
            new Gathered(new float[][] {{1, 0}, {0.25f, 0.75f}, {0, 1}, {0.5f, 0.5f}}, null));
    float[] values = {2, 4, 8, -2};
    assertArrayEquals(new float[] {3, 3}, seen.cells(0, values));
    assertArrayEquals(new float[] {-1, 7}, seen.cells(1, values));
    assertEquals(6, seen.sum(0, new double[] {2, 4, 8, -2}));
    float[][] tower = {{0, 1}, {1, 0}, {1, 0}, {0.5f, 0.5f}};
    Layout through = seen.with(seen.gathered().through(tower));
    assertArrayEquals(new float[] {3, 3}, through.cells(0, values));
    assertArrayEquals(new float[] {-1 + 3.5f, 3.5f}, through.cells(1, values));
  }

  @Test
  void viewsAddUpByArea() {
    Layout layout = tiled(80, 40);
    float[] values = new float[14];
    values[1] = 8; // the overview's right upper quarter: two tiles' cells
    values[4 + 3] = 1; // a tile's cell in it
    values[8] = 100; // a newline
    assertArrayEquals(new float[] {0, 0, 4, 5, 0, 0, 0, 0}, layout.cells(0, values));
    assertArrayEquals(new double[] {0, 8, 0, 0}, layout.view(layout.views().get(0), values));
  }

  @Test
  void mapsKeepTheirSumWhereGridsDoNotMatch() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      int width = 1 + random.nextInt(500);
      int height = 1 + random.nextInt(300);
      Grid overview = Grid.squashed(width, height, 28, 4);
      // Tiles that leave out some of the picture at left and right, and hang over below.
      Grid tiles = new Grid(width, height, 9, 11, width * 0.03, 0, width / 9.7, height / 10.5, 4);
      int count = overview.size() + tiles.size();
      int[] view = IntStream.range(0, count).map(k -> k < overview.size() ? 0 : 1).toArray();
      int[] cell =
          IntStream.range(0, count)
              .map(k -> k < overview.size() ? k : k - overview.size())
              .toArray();
      Layout layout =
          new Layout(
              List.of(new View(0, View.OVERVIEW, overview), new View(0, View.TILES, tiles)),
              view,
              cell,
              Spread.identity(count));
      float[] values = new float[count];
      for (int k = 0; k < count; k++) {
        values[k] = random.nextFloat();
      }
      Grid display = layout.display(0);
      assertTrue(display.cellX(0) > -1e-5 && display.cellX(width) < display.columns() + 1e-5);
      assertTrue(display.cellY(0) > -1e-5 && display.cellY(height) < display.rows() + 1e-5);
      assertEquals(sum(values), sum(layout.cells(0, values)), 1e-3);
    }
  }

  @Test
  void picturesAndFramesHaveMapsOfTheirOwn() {
    Grid grid = Grid.squashed(20, 20, 14, 14);
    Layout layout =
        new Layout(
            List.of(
                new View(0, View.PICTURE, grid),
                new View(1, 0, 1, View.FRAME, grid),
                new View(1, 1, 1, View.FRAME, grid)),
            new int[] {0, 1, 2},
            new int[] {0, 0, 0},
            Spread.identity(3));
    assertEquals(3, layout.frames());
    assertArrayEquals(new float[] {7}, layout.cells(1, new float[] {5, 7, 9}));
    assertArrayEquals(new float[] {9}, layout.cells(2, new float[] {5, 7, 9}));
  }

  @Test
  void partsMustAgree() {
    Grid grid = Grid.squashed(20, 20, 14, 14);
    List<View> views = List.of(new View(0, View.PICTURE, grid));
    Spread one = Spread.identity(1);
    assertThrows(
        IllegalArgumentException.class, () -> new Layout(views, new int[] {0}, new int[] {1}, one));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Layout(views, new int[] {0, 0}, new int[] {0, 0}, one));
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
