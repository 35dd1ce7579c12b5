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
import org.vlmvisualizer.dialog.EventThread;
import org.vlmvisualizer.output.AttentionResult;

/**
 * An open token explorer: its two windows, the answers about one picture that they show, and the
 * links to the hyperstacks of heatmaps. The windows close together.
 */
public final class Explorer implements ImageListener {
  private static final List<Explorer> OPEN = new CopyOnWriteArrayList<>();

  private final List<Shown> answers = new CopyOnWriteArrayList<>();
  private final boolean asked;
  private final PictureWindow picture;
  private final ExplorerFrame frame;
  private boolean closed;

  /** One of its answers. */
  private record Shown(ExplorerState state, StackLink stacks) {}

  /**
   * @param asked whether a question opened it, so that the next one about another part of the same
   *     image replaces it
   */
  private Explorer(boolean asked, PictureWindow picture, AskedModel model) {
    this.asked = asked;
    this.picture = picture;
    frame = new ExplorerFrame(model, picture::show, this::close, this::clearRegion);
  }

  /**
   * Opens the windows on a result, where they cover nothing if there is room; or brings them to the
   * front if they are open already. Where an explorer shows another answer about the same picture,
   * it gets this one too. Needs a display.
   *
   * <p>Pixels are converted and maps are summed in here, so it must not be called on the event
   * thread.
   *
   * @param model asked about the picture and its answers
   * @throws org.vlmvisualizer.core.InputException if the picture is not known
   * @throws IllegalStateException on the event thread
   */
  public static void open(AttentionResult result, AskedModel model) {
    result.requirePicture();
    for (Explorer explorer : OPEN) {
      for (Shown answer : explorer.of(result)) {
        EventQueue.invokeLater(() -> explorer.toFront(answer.state));
        return;
      }
    }
    WindowArranger windows = WindowArranger.beside(result.source().image().get());
    StackLink.heatmaps(result).forEach(image -> windows.keep(image.getWindow()));
    open(result, false, windows, model);
    windows.arrange(null);
  }

  /**
   * Opens the windows on the answer to a question: beside other answers about the same picture, or
   * in place of those about another part or slice of the same image. They are on the screen once
   * the event thread has come to it.
   *
   * @param windows is told of windows that have their place already
   * @param model asked about the picture and its answers
   * @throws IllegalStateException on the event thread, as above
   */
  public static void open(AttentionResult result, WindowArranger windows, AskedModel model) {
    open(result, true, windows, model);
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
    for (Explorer explorer : OPEN) {
      for (Shown answer : explorer.of(shown)) {
        Runnable growth = answer.state.growth(longer);
        all.add(
            () -> {
              growth.run();
              explorer.grown(answer.state);
            });
      }
    }
    return () -> all.forEach(Runnable::run);
  }

  /** Closes an answer, on the event thread; the windows with the last one. */
  public static void close(AttentionResult shown) {
    OPEN.forEach(explorer -> explorer.of(shown).forEach(answer -> explorer.close(answer.state)));
  }

  private List<Shown> of(AttentionResult result) {
    return answers.stream().filter(a -> a.state.isOf(result)).toList();
  }

  private static void open(
      AttentionResult result, boolean asked, WindowArranger windows, AskedModel model) {
    if (EventQueue.isDispatchThread()) {
      throw new IllegalStateException("The explorer must be opened off the event thread.");
    }
    ExplorerState state = new ExplorerState(result);
    for (Explorer explorer : OPEN) {
      if (explorer.isAboutSamePicture(result)
          && Boolean.TRUE.equals(EventThread.ask(() -> explorer.goOn(state, windows)))) {
        return;
      }
    }
    PictureWindow picture = PictureWindow.open(state);
    EventQueue.invokeLater(() -> new Explorer(asked, picture, model).show(state, windows));
  }

  private void show(ExplorerState state, WindowArranger windows) {
    picture.connect();
    add(state);
    frame.pack();
    ImagePlus.addImageListener(this);
    frame.addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowClosed(WindowEvent e) {
            close();
          }
        });
    for (Explorer earlier : OPEN) {
      if (asked && earlier.asked && isAboutSameImage(earlier)) {
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

  private void add(ExplorerState state) {
    Shown answer = new Shown(state, new StackLink(state));
    answers.add(answer);
    picture.follow(state);
    frame.add(state);
    answer.stacks.connect();
  }

  /**
   * Shows one more answer, drawn as the one before.
   *
   * @return false if the windows were closed meanwhile
   */
  private boolean goOn(ExplorerState state, WindowArranger windows) {
    if (!closed) {
      state.setStyle(frame.state().style());
      windows.keep(frame);
      windows.keep(picture.image().getWindow());
      add(state);
    }
    return !closed;
  }

  private void grown(ExplorerState state) {
    if (!closed && frame.state() == state) {
      picture.show(state);
      frame.showTitle();
    }
  }

  private boolean isAboutSameImage(Explorer other) {
    ImagePlus image = image();
    return image != null && image == other.image();
  }

  /** The image that was asked about; null if it was none, or is gone. */
  private ImagePlus image() {
    return answers.get(0).state.result().source().image().get();
  }

  /** Of an open image, the same part as it looked then; of none, what one question led to. */
  private boolean isAboutSamePicture(AttentionResult result) {
    AttentionResult mine = answers.get(0).state.result();
    ImagePlus image = result.source().image().get();
    return mine.picture() == result.picture()
        || image != null
            && image == mine.source().image().get()
            && mine.source().originX() == result.source().originX()
            && mine.source().originY() == result.source().originY()
            && mine.picture().isSame(result.picture());
  }

  private void replace(Explorer earlier, WindowArranger windows) {
    windows.replace(frame, earlier.frame.getBounds());
    picture.replace(earlier.picture, windows);
    earlier.close();
  }

  private void toFront(ExplorerState state) {
    if (closed) {
      return;
    }
    frame.select(state);
    if (picture.image().getWindow() != null) {
      picture.image().getWindow().toFront();
    }
    frame.setExtendedState(Frame.NORMAL);
    frame.toFront();
  }

  /** Takes back the last thing that narrows the view: the region, else the selection of several. */
  private void clearRegion() {
    if (!picture.clearRegion()) {
      frame.state().select(TokenSelection::collapse);
    }
  }

  private void close(ExplorerState state) {
    if (answers.size() == 1) {
      close();
      return;
    }
    for (Shown answer : answers) {
      if (answer.state == state) {
        answers.remove(answer);
        frame.remove(state);
        end(answer);
      }
    }
  }

  private static void end(Shown answer) {
    answer.stacks.disconnect();
    answer.state.close();
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    OPEN.remove(this);
    ImagePlus.removeImageListener(this);
    answers.forEach(Explorer::end);
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
