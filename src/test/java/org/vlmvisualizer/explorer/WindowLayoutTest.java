package org.vlmvisualizer.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Dimension;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowLayoutTest {
  private static final double[] ZOOMS = {1, 0.75, 0.5, 1 / 3.0, 0.25, 1 / 6.0, 0.125};

  /** The explorer's picture, the heatmaps, the explorer's frame and the table. */
  private static List<List<Dimension>> answer(int width, int height) {
    return List.of(
        image(width, height, 55),
        image(width, height, 105),
        List.of(new Dimension(490, 530)),
        List.of(new Dimension(750, 330), new Dimension(560, 250), new Dimension(420, 180)));
  }

  private static List<Dimension> image(int width, int height, int others) {
    List<Dimension> sizes = new ArrayList<>();
    for (double zoom : ZOOMS) {
      if (zoom == 1 || zoom * Math.max(width, height) >= 150) {
        int shown = Math.max(200, (int) (zoom * width));
        sizes.add(new Dimension(shown + 10, (int) (zoom * height) + others));
      }
    }
    return sizes;
  }

  private static void assertApart(Rectangle screen, List<Rectangle> windows) {
    for (int i = 0; i < windows.size(); i++) {
      assertTrue(screen.contains(windows.get(i)), windows.get(i) + " on " + screen);
      for (int j = 0; j < i; j++) {
        assertFalse(windows.get(i).intersects(windows.get(j)), windows.toString());
      }
    }
  }

  @Test
  void nothingCoversAnythingOnUsualScreens() {
    int[][] screens = {
      {0, 0, 1280, 800},
      {0, 30, 1366, 738},
      {0, 25, 1440, 875},
      {0, 0, 1600, 1200},
      {-1920, 40, 1920, 1040},
      {1920, 0, 2560, 1410},
      {0, 0, 3840, 2100}
    };
    int[][] pictures = {{480, 360}, {512, 512}, {24, 24}, {300, 500}, {400, 40}};
    for (int[] at : screens) {
      Rectangle screen = new Rectangle(at[0], at[1], at[2], at[3]);
      // As ImageJ opens: its own window at the top, the image below.
      int left = screen.x + (int) (0.8 * (screen.width - 610));
      Rectangle tools = new Rectangle(left, screen.y, 610, 105);
      for (int[] picture : pictures) {
        Rectangle asked =
            new Rectangle(
                Math.min(left, screen.x + screen.width - picture[0] - 20),
                screen.y + 110,
                Math.max(200, picture[0] + 10),
                picture[1] + 45);
        List<Rectangle> kept = List.of(asked, tools);
        List<Rectangle> all =
            new ArrayList<>(
                new WindowLayout(screen).place(kept, kept, answer(picture[0], picture[1])));
        assertEquals(4, all.size());
        all.addAll(kept);
        assertApart(screen, all);
      }
    }
  }

  /**
   * Whatever is open wherever: new windows are on the screen, and beside each other if they can.
   */
  @Test
  void newWindowsNeverCoverEachOther() {
    Random random = new Random(1);
    for (int run = 0; run < 300; run++) {
      Rectangle screen =
          new Rectangle(
              random.nextInt(4000) - 2000,
              random.nextInt(500),
              1024 + random.nextInt(3000),
              700 + random.nextInt(1500));
      List<Rectangle> open = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        open.add(
            new Rectangle(
                screen.x + random.nextInt(2000) - 300,
                screen.y + random.nextInt(1500) - 300,
                random.nextInt(1500),
                random.nextInt(1000)));
      }
      List<Rectangle> kept = open.subList(0, Math.min(2, open.size()));
      List<List<Dimension>> sizes = answer(100 + random.nextInt(300), 100 + random.nextInt(200));
      assertApart(screen, new WindowLayout(screen).place(open, kept, sizes));
    }
  }

  @Test
  void imagesAreZoomedOutBeforeTheImageThatWasAskedAboutIsCovered() {
    Rectangle screen = new Rectangle(0, 0, 1000, 600);
    Rectangle asked = new Rectangle(0, 0, 500, 600);
    List<Dimension> sizes =
        List.of(new Dimension(510, 400), new Dimension(400, 300), new Dimension(200, 150));
    List<Rectangle> places =
        new WindowLayout(screen).place(List.of(asked), List.of(asked), List.of(sizes));
    assertEquals(
        List.of(new Dimension(400, 300)), places.stream().map(Rectangle::getSize).toList());
    assertFalse(places.get(0).intersects(asked));
    places = new WindowLayout(screen).place(List.of(screen), List.of(screen), List.of(sizes));
    assertEquals(new Dimension(510, 400), places.get(0).getSize(), "no room beside it anyway");
  }

  @Test
  void otherWindowsAreSparedIfThereIsRoom() {
    Rectangle screen = new Rectangle(0, 0, 1000, 600);
    Rectangle asked = new Rectangle(300, 0, 300, 300);
    Rectangle log = new Rectangle(608, 0, 300, 300);
    List<List<Dimension>> one = List.of(List.of(new Dimension(280, 280), new Dimension(90, 90)));
    List<Rectangle> open = List.of(asked, log);
    Rectangle place = new WindowLayout(screen).place(open, List.of(asked), one).get(0);
    assertFalse(place.intersects(log) || place.intersects(asked), place.toString());
    Rectangle wide = new Rectangle(0, 308, 1000, 292);
    open = List.of(asked, log, wide, new Rectangle(0, 0, 292, 300));
    place = new WindowLayout(screen).place(open, List.of(asked), one).get(0);
    assertEquals(new Dimension(280, 280), place.getSize(), "not made smaller for other windows");
    assertFalse(place.intersects(asked), place.toString());
  }

  @Test
  void windowsThatCannotFitAreShiftedAndStayOnTheScreen() {
    Rectangle screen = new Rectangle(10, 20, 640, 480);
    List<List<Dimension>> sizes =
        List.of(List.of(new Dimension(600, 470)), List.of(new Dimension(2000, 3000)));
    List<Rectangle> places = new WindowLayout(screen).place(List.of(), List.of(), sizes);
    assertEquals(new Rectangle(10, 20, 600, 470), places.get(0));
    assertEquals(screen, places.get(1));
  }

  @Test
  void manyWindowsTakeNoLongerThanAMoment() {
    List<List<Dimension>> sizes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      sizes.add(List.of(new Dimension(300, 200), new Dimension(200, 150)));
    }
    Rectangle screen = new Rectangle(0, 0, 1600, 1200);
    long start = System.nanoTime();
    assertApart(screen, new WindowLayout(screen).place(List.of(), List.of(), sizes));
    assertTrue(System.nanoTime() - start < 2e9);
    assertEquals(List.of(), new WindowLayout(screen).place(List.of(), List.of(), List.of()));
  }
}
