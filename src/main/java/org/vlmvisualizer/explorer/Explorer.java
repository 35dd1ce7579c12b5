package org.vlmvisualizer.explorer;

import ij.ImageListener;
import ij.ImagePlus;
import ij.WindowManager;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vlmvisualizer.output.AttentionResult;

/**
 * An open token explorer: its two windows and its link to the hyperstack of heatmaps. The windows
 * close together.
 */
public final class Explorer implements ImageListener {
  private static final List<Explorer> OPEN = new CopyOnWriteArrayList<>();

  private final ExplorerState state;
  private final boolean answer;
  private final PictureWindow picture;
  private final StackLink stacks;
  private final ExplorerFrame frame;
  private boolean closed;

  /**
   * @param answer whether a question opened it, so that the next one replaces it
   */
  private Explorer(ExplorerState state, boolean answer, PictureWindow picture) {
    this.state = state;
    this.answer = answer;
    this.picture = picture;
    stacks = new StackLink(state);
    frame = new ExplorerFrame(state, this::escape);
  }

  /**
   * Opens the windows on a result, where they cover nothing if there is room; or brings them to the
   * front if they are open already. Needs a display.
   *
   * <p>Pixels are converted and maps are summed in here, so it must not be called on the event
   * thread.
   *
   * @throws IllegalStateException on the event thread
   */
  public static void open(AttentionResult result) {
    for (Explorer explorer : of(result)) {
      EventQueue.invokeLater(explorer::toFront);
      return;
    }
    WindowArranger windows = WindowArranger.beside(result.source().image().get());
    StackLink.heatmaps(result).forEach(image -> windows.keep(image.getWindow()));
    open(result, false, windows);
    windows.arrange(null);
  }

  /**
   * Opens the windows on the answer to a question, in place of those of the question before about
   * the same image. They are on the screen once the event thread has come to it.
   *
   * @param windows is told of windows that have their place already
   * @throws IllegalStateException on the event thread, as above
   */
  public static void open(AttentionResult result, WindowArranger windows) {
    open(result, true, windows);
  }

  /**
   * Prepares the explorers of an answer for more tokens of it, off the event thread.
   *
   * @param shown what they show
   * @param longer the same answer, at least as long
   * @return what shows it, for the event thread
   */
  public static Runnable growth(AttentionResult shown, AttentionResult longer) {
    List<Runnable> all = new ArrayList<>();
    for (Explorer explorer : of(shown)) {
      Runnable growth = explorer.state.growth(longer);
      all.add(
          () -> {
            growth.run();
            explorer.picture.show(longer);
            explorer.frame.showTitle();
          });
    }
    return () -> all.forEach(Runnable::run);
  }

  /** Closes the windows of an answer, on the event thread. */
  public static void close(AttentionResult shown) {
    of(shown).forEach(Explorer::close);
  }

  private static List<Explorer> of(AttentionResult shown) {
    return OPEN.stream().filter(e -> e.state.result().isSameAnswer(shown)).toList();
  }

  private static void open(AttentionResult result, boolean answer, WindowArranger windows) {
    if (EventQueue.isDispatchThread()) {
      throw new IllegalStateException("The explorer must be opened off the event thread.");
    }
    ExplorerState state = new ExplorerState(result);
    PictureWindow picture = PictureWindow.open(state);
    EventQueue.invokeLater(() -> new Explorer(state, answer, picture).show(windows));
  }

  private void show(WindowArranger windows) {
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
    for (Explorer earlier : OPEN) {
      if (answer && earlier.answer && isAboutSameImage(earlier)) {
        replace(earlier, windows);
      }
    }
    OPEN.add(this);
    WindowManager.addWindow(frame);
    frame.setVisible(true);
    frame.toFront();
    if (picture.image().getWindow() == null) { // closed before all this was in place
      frame.dispose();
    }
  }

  private boolean isAboutSameImage(Explorer other) {
    ImagePlus image = state.result().source().image().get();
    return image != null && image == other.state.result().source().image().get();
  }

  private void replace(Explorer earlier, WindowArranger windows) {
    windows.replace(frame, earlier.frame.getBounds());
    picture.replace(earlier.picture, windows);
    earlier.close();
  }

  private void toFront() {
    if (picture.image().getWindow() != null) {
      picture.image().getWindow().toFront();
    }
    frame.setExtendedState(Frame.NORMAL);
    frame.toFront();
  }

  /** Takes back the last thing that narrows the view: the region, else the selection of several. */
  private void escape() {
    if (!picture.clearRegion()) {
      state.select(TokenSelection::collapse);
    }
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    OPEN.remove(this);
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
