package org.vlmvisualizer.explorer;

import ij.ImageJ;
import ij.WindowManager;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Rectangle;
import java.awt.Robot;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.vlmvisualizer.output.SavedResult;

/**
 * Takes the picture in docs/explorer.md: {@code ExplorerScreenshot RESULT_FOLDER FILE TOKEN}, on a
 * display of its own, since other windows would be in it.
 */
public final class ExplorerScreenshot {
  private ExplorerScreenshot() {}

  public static void main(String[] arguments) throws Exception {
    new ImageJ(ImageJ.NO_SHOW);
    Explorer.open(SavedResult.read(Path.of(arguments[0])));
    EventQueue.invokeAndWait(() -> {});
    ExplorerFrame frame = frame();
    EventQueue.invokeAndWait(() -> frame.state().select(Integer.parseInt(arguments[2])));
    Robot robot = new Robot();
    robot.waitForIdle();
    robot.delay(1000);
    Rectangle both = new Rectangle(frame.getBounds());
    both.add(WindowManager.getCurrentWindow().getBounds());
    ImageIO.write(robot.createScreenCapture(both), "png", Path.of(arguments[1]).toFile());
    System.exit(0);
  }

  static ExplorerFrame frame() {
    for (Frame frame : Frame.getFrames()) {
      if (frame instanceof ExplorerFrame explorer && explorer.isShowing()) {
        return explorer;
      }
    }
    throw new AssertionError("No explorer is open.");
  }
}
