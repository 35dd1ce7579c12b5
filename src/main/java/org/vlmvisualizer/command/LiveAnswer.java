package org.vlmvisualizer.command;

import ij.ImagePlus;
import ij.WindowManager;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.dialog.EventThread;
import org.vlmvisualizer.explorer.AskedModel;
import org.vlmvisualizer.explorer.Explorer;
import org.vlmvisualizer.explorer.GrowingHeatmaps;
import org.vlmvisualizer.explorer.ScaleStrip;
import org.vlmvisualizer.explorer.WindowArranger;
import org.vlmvisualizer.output.Answer;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.MapScale;

/**
 * The windows of an answer from the menu while it is being written: table, Token Explorer and
 * heatmaps open with the first token and grow. In the end, what {@link Answer#heatmaps()} makes
 * takes the place of what grew.
 *
 * <p>PyTorch's thread only says that there is a token. Maps, planes and rows are made on a thread
 * of this class's own, and at most four times a second; more seldom where that, painting included,
 * would take more than a twentieth of the time.
 */
final class LiveAnswer implements AutoCloseable {
  private static final long LEAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);
  private static final int PART_OF_TIME = 20;
  private static final List<String> TABLES =
      List.of(ShowAttention.WORDS_TITLE, ShowAttention.TABLE_TITLE);

  private final RunProgress progress;
  private final AskedModel model; // null if the Token Explorer does not open
  private final ScheduledThreadPoolExecutor worker;
  private final AtomicBoolean isWaiting = new AtomicBoolean(); // to be shown
  private volatile boolean isBroken;
  private long next = System.nanoTime(); // known to the worker alone
  private Answer shown; // null before the first token
  private GrowingHeatmaps heatmaps;
  private boolean isFinished;

  /**
   * @param model whom the Token Explorer asks; null if it is not to open
   */
  LiveAnswer(RunProgress progress, AskedModel model) {
    this.progress = progress;
    this.model = model;
    worker =
        new ScheduledThreadPoolExecutor(
            1, new DaemonThreads("VLM Visualizer windows"), new ThreadPoolExecutor.DiscardPolicy());
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Hears of a token; returns at once. */
  void written(Supplier<? extends Answer> soFar) {
    if (!isBroken && isWaiting.compareAndSet(false, true)) {
      worker.execute(() -> showInTime(soFar));
    }
  }

  private void showInTime(Supplier<? extends Answer> soFar) {
    long pause = next - System.nanoTime();
    worker.schedule(() -> tryToShow(soFar), pause, TimeUnit.NANOSECONDS);
  }

  /** A failure ends the showing, not the answer. */
  private void tryToShow(Supplier<? extends Answer> soFar) {
    isWaiting.set(false);
    try {
      show(soFar);
    } catch (OutOfMemoryError e) {
      isBroken = true; // if the whole does not fit either, that will be told
    } catch (RuntimeException | Error e) {
      isBroken = true;
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  private void show(Supplier<? extends Answer> soFar) {
    long start = System.nanoTime();
    boolean isFirst = shown == null;
    Answer answer = soFar.get();
    String said = answer.first().answer();
    progress.show(said.isEmpty() ? answer.first().thoughts() : said);
    show(answer);
    onEventThread(() -> {}); // painting counts
    long end = System.nanoTime();
    long pause = isFirst ? LEAST_PAUSE : Math.max(LEAST_PAUSE, PART_OF_TIME * (end - start));
    next = end + Math.min(LONGEST_PAUSE, pause);
  }

  /** Shows an answer, or more of one, before it returns; not on the event thread. */
  void show(Answer answer) {
    if (shown == null) {
      open(answer);
    } else {
      grow(answer);
    }
    shown = answer;
  }

  private void open(Answer answer) {
    WindowArranger windows = openOthers(answer);
    ImagePlus maps = null;
    try {
      maps = answer.heatmaps();
      heatmaps = new GrowingHeatmaps(maps);
    } catch (InputException e) {
      // They do not fit into memory, as will be told at the end.
    }
    windows.arrange(maps);
  }

  /** All windows but that of the heatmaps. */
  private WindowArranger openOthers(Answer answer) {
    WindowArranger windows = beside(answer.first());
    ShowAttention.showTables(answer);
    if (model != null) {
      Explorer.open(answer.first(), windows, model);
    }
    return windows;
  }

  /**
   * Places for windows of a result. The tables' windows are there already after an earlier
   * question, and are used again.
   */
  static WindowArranger beside(AttentionResult result) {
    WindowArranger windows = WindowArranger.beside(result.source().image().get());
    TABLES.forEach(title -> windows.keep(WindowManager.getFrame(title)));
    return windows;
  }

  private void grow(Answer answer) {
    Tables.grow(answer.wordsTable(), ShowAttention.WORDS_TITLE);
    Tables.grow(answer.resultsTable(), ShowAttention.TABLE_TITLE);
    Runnable explorer = Explorer.growth(shown.first(), answer.first());
    ImagePlus longer = heatmaps != null && hasRoom(answer) ? longer(answer) : null;
    onEventThread(
        () -> {
          explorer.run();
          if (longer != null) {
            heatmaps.grow(longer);
          }
        });
  }

  private ImagePlus longer(Answer answer) {
    if (!isThere()) {
      return null;
    }
    try {
      return answer.heatmaps(heatmaps.image());
    } catch (InputException e) {
      return null; // told at the end
    } catch (RuntimeException e) {
      if (isThere()) {
        throw e;
      }
      return null; // closed meanwhile
    }
  }

  private boolean isThere() {
    return Boolean.TRUE.equals(EventThread.ask(heatmaps::isThere));
  }

  /** Whether the heatmaps of the whole can be made beside those that are shown. */
  private boolean hasRoom(Answer answer) {
    ImagePlus image = heatmaps.image();
    int tokens = answer.results().stream().mapToInt(result -> result.maps().size()).sum();
    double planes = image.getStackSize() + 2.0 * tokens * image.getNChannels();
    double needed = planes * 4 * image.getWidth() * image.getHeight();
    return JavaMemory.available((long) needed) >= needed;
  }

  /**
   * The heatmaps of the whole answer, as if nothing had been shown yet. Where memory holds them
   * only once, those that are shown go.
   *
   * @throws InputException if they do not fit into memory
   */
  ImagePlus whole(Answer answer) {
    stop();
    try {
      return answer.heatmaps();
    } catch (InputException e) {
      if (heatmaps == null) {
        throw e;
      }
      onEventThread(heatmaps::close);
      heatmaps = null;
      return answer.heatmaps();
    }
  }

  /**
   * Shows the whole answer, in the place of what has grown.
   *
   * @param whole heatmaps that {@link #whole} gave
   * @return the image that shows them
   */
  ImagePlus finish(Answer answer, ImagePlus whole) {
    isFinished = true;
    ImagePlus grown = shown == null ? null : finishGrown(answer, whole);
    if (grown != null) {
      return grown;
    }
    WindowArranger windows = shown == null ? openOthers(answer) : beside(answer.first());
    MapScale.of(whole).setCommon(false); // before the explorer sees them
    whole.show();
    ScaleStrip.add(whole);
    windows.arrange(whole);
    return whole;
  }

  /** Null if the heatmaps are not there to grow. */
  private ImagePlus finishGrown(Answer answer, ImagePlus whole) {
    ShowAttention.showTables(answer);
    TABLES.forEach(Tables::scrollToTop);
    Runnable explorer = Explorer.growth(shown.first(), answer.first());
    return EventThread.ask(
        () -> {
          boolean isShown = heatmaps != null && heatmaps.finish(whole);
          explorer.run();
          return isShown ? heatmaps.image() : null;
        });
  }

  /** Waits for what is being shown, and shows no more; when ImageJ quits, nobody shows anything. */
  private void stop() {
    worker.shutdown();
    try {
      while (!worker.awaitTermination(1, TimeUnit.SECONDS) && !Turn.isQuitting()) {
        // Windows open slowly on a busy computer.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    worker.shutdownNow();
  }

  /** After a failure, nothing of the answer stays on the screen. */
  @Override
  public void close() {
    stop();
    if (!isFinished && shown != null && !Turn.isQuitting()) {
      TABLES.forEach(Tables::close);
      onEventThread(
          () -> {
            Explorer.close(shown.first());
            if (heatmaps != null) {
              heatmaps.close();
            }
          });
    }
  }

  private static void onEventThread(Runnable work) {
    EventThread.ask(
        () -> {
          work.run();
          return null;
        });
  }
}
