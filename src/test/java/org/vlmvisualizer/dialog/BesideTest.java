package org.vlmvisualizer.dialog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Dimension;
import java.awt.Point;
import java.awt.Rectangle;
import org.junit.jupiter.api.Test;

class BesideTest {
  private static final Rectangle SCREEN = new Rectangle(100, 20, 1000, 700);
  private static final Dimension SIZE = new Dimension(400, 300);

  @Test
  void takesTheFirstSideWithRoom() {
    Rectangle left = new Rectangle(110, 50, 300, 300);
    assertEquals(new Point(418, 50), Beside.place(SIZE, left, SCREEN));
    Rectangle right = new Rectangle(700, 600, 300, 300);
    assertEquals(new Point(292, 420), Beside.place(SIZE, right, SCREEN));
    Rectangle wideAbove = new Rectangle(150, 30, 900, 300);
    assertEquals(new Point(150, 338), Beside.place(SIZE, wideAbove, SCREEN));
    Rectangle wideBelow = new Rectangle(150, 400, 900, 300);
    assertEquals(new Point(150, 92), Beside.place(SIZE, wideBelow, SCREEN));
  }

  @Test
  void coversAsLittleAsItCanAndStaysOnTheScreen() {
    for (int x = -500; x < 1500; x += 97) {
      for (int y = -500; y < 1500; y += 89) {
        Rectangle window = new Rectangle(x, y, 500, 600);
        Rectangle placed = new Rectangle(Beside.place(SIZE, window, SCREEN), SIZE);
        assertTrue(SCREEN.contains(placed), placed.toString());
        if (x + 508 + 400 <= 1100 || x - 408 >= 100) {
          assertFalse(placed.intersects(window), window.toString());
        }
      }
    }
    // Room on no side, but most of it free from a corner.
    Rectangle laptop = new Rectangle(0, 0, 1280, 800);
    Rectangle image = new Rectangle(528, 81, 490, 381);
    assertEquals(new Point(0, 341), Beside.place(new Dimension(631, 459), image, laptop));
    Dimension tall = new Dimension(400, 900);
    assertEquals(20, Beside.place(tall, new Rectangle(0, 0, 10, 10), SCREEN).y);
  }
}
