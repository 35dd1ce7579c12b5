package org.vlmvisualizer.imagej;

import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import java.awt.Color;
import java.awt.EventQueue;
import java.awt.Font;
import java.awt.Frame;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Robot;
import java.awt.Window;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Takes a picture of each window that the commands open, for the documentation. */
final class ScreenshotJob implements FijiMain.Job {
  private static final int TITLE_HEIGHT = 24;
  private static final int GAP = 12;
  private static final int MILLIS = 700;

  private Path folder;
  private Robot robot;

  /**
   * @param arguments the folder for the pictures, and an image to ask about
   */
  @Override
  public void run(FijiLike fiji, List<String> arguments) throws Exception {
    folder = Path.of(arguments.get(0));
    robot = new Robot();
    IJ.getInstance().setLocation(1000, 900);
    IJ.openImage(arguments.get(1)).show();
    fiji.choose("Show Attention...", Map.of("length", 32, "prompt", "What is in the image?"));
    ImagePlus maps = WindowManager.getCurrentImage();
    maps.setSlice(slice(maps, "apple"));
    take("heatmaps", maps.getWindow());
    fiji.choose("Token Explorer", Map.of());
    takeExplorer();
    take("plot", WindowManager.getWindow("Attention ratio of page.png"));
    Window table = WindowManager.getWindow("Attention per token");
    table.setSize(1440, 260);
    take("table", table);
  }

  /** Both windows of the explorer, which has followed the heatmaps to their token. */
  private void takeExplorer() throws Exception {
    EventQueue.invokeAndWait(() -> {}); // it opens there
    BufferedImage picture = capture(window("Explorer of page.png"));
    BufferedImage frame = capture(window("Token Explorer: page.png"));
    BufferedImage both =
        new BufferedImage(
            picture.getWidth() + GAP + frame.getWidth(),
            Math.max(picture.getHeight(), frame.getHeight()),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = both.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, both.getWidth(), both.getHeight());
    graphics.drawImage(picture, 0, 0, null);
    graphics.drawImage(frame, picture.getWidth() + GAP, 0, null);
    graphics.dispose();
    ImageIO.write(both, "png", folder.resolve("explorer.png").toFile());
  }

  private static Window window(String title) {
    for (Frame frame : Frame.getFrames()) {
      if (frame.isShowing() && frame.getTitle().startsWith(title)) {
        return frame;
      }
    }
    throw new IllegalStateException("No window " + title);
  }

  /** The first slice whose label has a word in it. */
  private static int slice(ImagePlus maps, String word) {
    for (int t = 1; t <= maps.getNSlices(); t++) {
      if (maps.getStack().getSliceLabel(t).contains(word)) {
        return t;
      }
    }
    throw new IllegalStateException("No token " + word);
  }

  private void take(String name, Window window) throws Exception {
    ImageIO.write(capture(window), "png", folder.resolve(name + ".png").toFile());
  }

  private BufferedImage capture(Window window) throws Exception {
    EventQueue.invokeAndWait(
        () -> {
          window.setLocation(60, 60);
          window.validate();
          window.toFront();
        });
    Thread.sleep(MILLIS);
    BufferedImage content = robot.createScreenCapture(new Rectangle(window.getBounds()));
    String title = window instanceof Frame frame ? frame.getTitle() : "";
    return titled(content, title);
  }

  /** With the title that a window manager would show; the virtual display has none. */
  private static BufferedImage titled(BufferedImage content, String title) {
    int width = content.getWidth();
    BufferedImage whole =
        new BufferedImage(width, content.getHeight() + TITLE_HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = whole.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(new Color(0x3c4250));
    graphics.fillRect(0, 0, width, TITLE_HEIGHT);
    graphics.setColor(Color.WHITE);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
    int x = (width - graphics.getFontMetrics().stringWidth(title)) / 2;
    graphics.drawString(title, x, 17);
    graphics.drawImage(content, 0, TITLE_HEIGHT, null);
    graphics.dispose();
    return whole;
  }
}
