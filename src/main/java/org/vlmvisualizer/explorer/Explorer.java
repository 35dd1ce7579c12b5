package org.vlmvisualizer.explorer;

import ij.ImageListener;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.ImageWindow;
import java.awt.EventQueue;
import java.awt.GraphicsConfiguration;
import java.awt.Insets;
import java.awt.Rectangle;
import java.awt.Toolkit;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import org.vlmvisualizer.output.AttentionResult;

/**
 * An open token explorer: its two windows and its link to the hyperstack of heatmaps. The windows
 * close together.
 */
public final class Explorer implements ImageListener {
  private static final int GAP = 8;

  private final ExplorerState state;
  private final PictureWindow picture;
  private final StackLink stacks;
  private final ExplorerFrame frame;
  private boolean closed;

  private Explorer(ExplorerState state, PictureWindow picture) {
    this.state = state;
    this.picture = picture;
    stacks = new StackLink(state);
    frame = new ExplorerFrame(state, this::escape);
  }

  /**
   * Opens the windows on a result. Needs a display; returns when the windows are there.
   *
   * <p>Pixels are converted and maps are summed in here, so it must not be called on the event
   * thread.
   *
   * @throws IllegalStateException on the event thread
   */
  public static void open(AttentionResult result) {
    if (EventQueue.isDispatchThread()) {
      throw new IllegalStateException("The explorer must be opened off the event thread.");
    }
    ExplorerState state = new ExplorerState(result);
    PictureWindow picture = PictureWindow.open(state);
    EventQueue.invokeLater(() -> new Explorer(state, picture).show());
  }

  private void show() {
    picture.connect();
    stacks.connect();
    ImagePlus.addImageListener(this);
    frame.addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowClosed(WindowEvent e) {
            close();
          }
        });
    place();
    WindowManager.addWindow(frame);
    frame.setVisible(true);
    frame.toFront();
    if (picture.image().getWindow() == null) { // closed before all this was in place
      frame.dispose();
    }
  }

  /** The picture to the left, the frame to its right, both on the screen. */
  private void place() {
    ImageWindow window = picture.image().getWindow();
    if (window == null) {
      return;
    }
    GraphicsConfiguration screen = window.getGraphicsConfiguration();
    Rectangle room = screen.getBounds();
    Insets edges = Toolkit.getDefaultToolkit().getScreenInsets(screen);
    int left = room.x + edges.left;
    int right = room.x + room.width - edges.right;
    int top = Math.max(room.y + edges.top, window.getY());
    int beside = window.getX() + window.getWidth() + GAP;
    if (beside + frame.getWidth() > right) {
      window.setLocation(
          Math.max(left, right - frame.getWidth() - GAP - window.getWidth()), window.getY());
      beside = Math.min(window.getX() + window.getWidth() + GAP, right - frame.getWidth());
    }
    int lowest = room.y + room.height - edges.bottom - frame.getHeight();
    frame.setLocation(Math.max(left, beside), Math.max(room.y + edges.top, Math.min(top, lowest)));
  }

  /** Takes back the last thing that narrows the view: the region, else the selection of several. */
  private void escape() {
    if (!picture.clearRegion()) {
      ExplorerFrame.collapse(state);
    }
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    ImagePlus.removeImageListener(this);
    stacks.disconnect();
    state.close();
    picture.close();
    WindowManager.removeWindow(frame);
    frame.dispose();
  }

  @Override
  public void imageClosed(ImagePlus image) {
    if (image == picture.image()) {
      picture.closed();
      close();
    }
  }

  @Override
  public void imageOpened(ImagePlus image) {
    // Other images are none of the explorer's business; StackLink looks after heatmaps.
  }

  @Override
  public void imageUpdated(ImagePlus image) {
    // As above.
  }
}
