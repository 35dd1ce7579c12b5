package org.vlmvisualizer.benchmark;

import com.google.gson.JsonObject;
import ij.ImageJ;
import ij.WindowManager;
import java.awt.AWTEvent;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Toolkit;
import java.awt.event.MouseEvent;
import java.awt.event.PaintEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.swing.JCheckBox;
import javax.swing.JFrame;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.explorer.Explorer;
import org.vlmvisualizer.explorer.FakeModel;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.Upsampling;

/**
 * Times the token explorer from a mouse event in its plot to the end of the painting of the picture
 * with the new map: {@code ExplorerBenchmark SIDE TOKENS REPEATS}, on a display. Prints medians and
 * maxima of clicks (one token), of presses with Shift (the mean of up to all tokens), both with
 * squares and with smooth maps.
 */
public final class ExplorerBenchmark {
  private static final long PATIENCE_MS = 5000;
  private static final long QUIET_MS = 60;

  /** End of the last painting of the picture, or 0. */
  private static volatile long painted;

  private ExplorerBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int side = Integer.parseInt(arguments[0]);
    int tokens = Integer.parseInt(arguments[1]);
    int repeats = Integer.parseInt(arguments[2]);
    new ImageJ(ImageJ.NO_SHOW);
    long start = System.nanoTime();
    Explorer.open(result(side, tokens), new FakeModel());
    EventQueue.invokeAndWait(() -> {});
    System.out.printf("opened in %.0f ms%n", (System.nanoTime() - start) / 1e6);
    Component canvas = WindowManager.getCurrentImage().getCanvas();
    Toolkit.getDefaultToolkit().getSystemEventQueue().push(new WatchedQueue(canvas));
    Component plot = find(frame(), "Plot of image attention over the tokens");
    System.out.printf(
        "%d x %d, %d tokens, canvas %d x %d%n",
        side, side, tokens, canvas.getWidth(), canvas.getHeight());
    measure("warm-up", plot, 0, repeats);
    for (String look : List.of("squares", "smooth")) {
      measure(look + ", one token", plot, 0, repeats);
      measure(look + ", up to all tokens", plot, MouseEvent.SHIFT_DOWN_MASK, repeats);
      JCheckBox smooth = (JCheckBox) find(frame(), "Smooth");
      EventQueue.invokeAndWait(smooth::doClick);
      Thread.sleep(200);
    }
    System.exit(0);
  }

  private static void measure(String what, Component plot, int modifiers, int repeats)
      throws InterruptedException {
    Random random = new Random(1);
    List<Double> times = new ArrayList<>();
    int last = -1;
    while (times.size() < repeats) {
      int x = 60 + random.nextInt(plot.getWidth() - 80);
      if (Math.abs(x - last) > 2) {
        times.add(click(plot, x, modifiers));
        last = x;
      }
    }
    Collections.sort(times);
    System.out.printf(
        "%-28s median %5.1f ms, max %5.1f ms%n",
        what, times.get(times.size() / 2), times.get(times.size() - 1));
  }

  /** Milliseconds from the event to the end of the last painting that it leads to. */
  private static double click(Component plot, int x, int modifiers) throws InterruptedException {
    painted = 0;
    long start = System.nanoTime();
    int down = modifiers | MouseEvent.BUTTON1_DOWN_MASK;
    EventQueue.invokeLater(
        () ->
            plot.dispatchEvent(
                new MouseEvent(
                    plot,
                    MouseEvent.MOUSE_PRESSED,
                    System.currentTimeMillis(),
                    down,
                    x,
                    plot.getHeight() / 2,
                    1,
                    false,
                    MouseEvent.BUTTON1)));
    while (painted == 0) {
      Thread.sleep(1);
      if (System.nanoTime() - start > PATIENCE_MS * 1_000_000) {
        throw new AssertionError("Nothing was painted.");
      }
    }
    Thread.sleep(QUIET_MS);
    return (painted - start) / 1e6;
  }

  private static final class WatchedQueue extends EventQueue {
    private final Component canvas;

    WatchedQueue(Component canvas) {
      this.canvas = canvas;
    }

    @Override
    protected void dispatchEvent(AWTEvent event) {
      super.dispatchEvent(event);
      if (event instanceof PaintEvent && event.getSource() == canvas) {
        Toolkit.getDefaultToolkit().sync();
        painted = System.nanoTime();
      }
    }
  }

  private static JFrame frame() {
    for (Frame frame : Frame.getFrames()) {
      if (frame instanceof JFrame explorer && frame.getTitle().startsWith("Token Explorer")) {
        return explorer;
      }
    }
    throw new AssertionError("No explorer is open.");
  }

  private static Component find(Container container, String name) {
    for (Component component : container.getComponents()) {
      if (component.getAccessibleContext() != null
          && name.equals(component.getAccessibleContext().getAccessibleName())) {
        return component;
      }
      Component inside = component instanceof Container inner ? find(inner, name) : null;
      if (inside != null) {
        return inside;
      }
    }
    return null;
  }

  /** Noise as picture and maps, on the grid of LLaVA-1.5. */
  private static AttentionResult result(int side, int count) {
    Random random = new Random(7);
    byte[] rgb = new byte[3 * side * side];
    random.nextBytes(rgb);
    Grid grid = Grid.padded(side, side, 336, 14);
    float[][] values = new float[count][grid.size()];
    List<GeneratedToken> tokens = new ArrayList<>();
    List<AttentionShares> shares = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      for (int p = 0; p < grid.size(); p++) {
        values[t][p] = random.nextFloat() * 2 / grid.size();
      }
      tokens.add(new GeneratedToken(t, " token" + t, random.nextDouble()));
      double image = random.nextDouble();
      shares.add(Shares.of(image, (1 - image) / 2, (1 - image) / 2));
    }
    JsonObject run = new JsonObject();
    run.add("options", new JsonObject());
    return new AttentionResult(
        new TokenMaps(new AttributionMap("vlm-visualizer", values), grid, tokens, shares),
        new RgbPicture(side, side, rgb),
        SourceFrame.uncalibrated("noise"),
        Defaults.maps(Upsampling.NEAREST),
        "",
        List.of(),
        null,
        null,
        run);
  }
}
