package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.VirtualDisplay;

/**
 * The pictures of the documentation: made here, in target/screenshots, and put into docs/images by
 * scripts/screenshots. Fonts and colours of windows differ between computers, so that what is
 * checked is that each window is there and shows something of its own.
 */
class ScreenshotTest {
  private static final Path FOLDER = Path.of("target/screenshots").toAbsolutePath();

  @TempDir Path home;

  @Test
  void everyWindowShowsSomething() throws Exception {
    Files.createDirectories(FOLDER);
    Path page = FijiProcess.PAGE;
    try (VirtualDisplay display = VirtualDisplay.start()) {
      String printed =
          FijiProcess.run(
              display, home, ScreenshotJob.class, FOLDER, page, page.resolveSibling("cells.png"));
      assertEquals("", printed.replaceAll("(?m)^.*user preferences.*\\R|^.* run\\R", ""));
    }
    // inferno's yellow and dark purple; the plot's blue line; black text on white.
    check("heatmaps", 480, 380, 0xfcffa4, 0x000004);
    check("plot", 500, 300, 0xffffff);
    check("table", 1400, 200, 0xffffff, 0x000000);
    check("composite", 400, 380);
    check("dialog", 400, 300);
    check("models", 1000, 400, 0xffffff);
    check("explorer", 900, 380, 0xffffff);
    check("answer", 900, 600, 0xfcffa4, 0xffffff);
    try (Stream<Path> documented = Files.list(Path.of("docs/images"))) {
      for (Path picture : documented.filter(file -> !file.endsWith("demo-montage.png")).toList()) {
        assertTrue(Files.exists(FOLDER.resolve(picture.getFileName())), picture + " is not made");
      }
    }
  }

  /** A picture of at least this size, of many colours and with these among them. */
  private static void check(String name, int width, int height, int... colours) throws Exception {
    BufferedImage picture = ImageIO.read(FOLDER.resolve(name + ".png").toFile());
    assertTrue(picture.getWidth() >= width && picture.getHeight() >= height, name + " is small");
    Map<Integer, Integer> counts = new HashMap<>();
    for (int y = 24; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        counts.merge(picture.getRGB(x, y) & 0xffffff, 1, Integer::sum);
      }
    }
    assertTrue(counts.size() > 20, name + " has " + counts.size() + " colours");
    int most = counts.values().stream().mapToInt(count -> count).max().orElseThrow();
    double share = (double) most / picture.getWidth() / picture.getHeight();
    assertTrue(share < 0.95, name + " is nearly all of one colour");
    for (int colour : colours) {
      boolean near = counts.keySet().stream().anyMatch(c -> distance(c, colour) < 24);
      assertTrue(near, "%s has no #%06x".formatted(name, colour));
    }
  }

  private static int distance(int one, int other) {
    int sum = 0;
    for (int shift : List.of(0, 8, 16)) {
      sum += Math.abs((one >> shift & 255) - (other >> shift & 255));
    }
    return sum;
  }
}
