package org.vlmvisualizer.ask;

import ij.Prefs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.SystemMemory;

/**
 * Keeps a model loaded from one question to the next: one model at a time, for one question at a
 * time. It is given back when another is asked for, before that is loaded; when its files change;
 * when nobody has asked for some minutes; when the computer's memory runs short; and on {@link
 * #release}.
 */
public final class ModelKeeper implements AutoCloseable {
  /** Minutes without a question after which a model is given back, unless the user says others. */
  public static final double MINUTES = 10;

  /** A day: what anybody could mean by longer. */
  public static final int MOST_MINUTES = 24 * 60;

  private static final String KEY = "vlmvisualizer.keep.minutes";
  private static final long LOOK_MS = 10_000;
  private static final ModelKeeper SESSION = new ModelKeeper();
  private static final ScheduledExecutorService CLOCK = clock();

  private final DoubleSupplier minutes;
  private final BooleanSupplier memoryIsShort;
  private final long lookMs;

  // All but busy belong to whoever is busy.
  private volatile Loaded loaded; // null if there is none
  private boolean busy;
  private long idleSince;
  private ScheduledFuture<?> look;

  /** A model, and what was asked for when it was loaded. */
  private record Loaded(AttentionModel model, String device, Precision precision) {
    boolean suits(Checkpoint checkpoint, RequestOptions options) {
      return (options.precision() == precision || options.precision() == model.precision())
          && (options.device().equals(device) || options.device().equals(model.device()))
          && model.isOf(checkpoint);
    }
  }

  /** Keeps a model as long as the user has set. */
  public ModelKeeper() {
    this(ModelKeeper::minutes, SystemMemory::isShort, LOOK_MS);
  }

  /**
   * @param minutes without a question, asked for at each look; 0 keeps none
   * @param lookMs milliseconds between two looks at the clock and at the memory
   */
  ModelKeeper(DoubleSupplier minutes, BooleanSupplier memoryIsShort, long lookMs) {
    this.minutes = minutes;
    this.memoryIsShort = memoryIsShort;
    this.lookMs = lookMs;
  }

  private static ScheduledExecutorService clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(1, new DaemonThreads("VLM Visualizer idle model"));
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }

  /** That of this Java, which all commands share. */
  public static ModelKeeper ofThisSession() {
    return SESSION;
  }

  /** Minutes that a model is kept without a question, as the user has set them. */
  public static double minutes() {
    return Prefs.get(KEY, MINUTES);
  }

  /**
   * Sets them for this session and those to come.
   *
   * @throws InputException if they are negative or more than a day
   */
  public static void setMinutes(int minutes) {
    if (minutes < 0 || minutes > MOST_MINUTES) {
      throw new InputException(
          "Expected 0 to %d minutes that a model stays loaded without a question, found %d."
              .formatted(MOST_MINUTES, minutes));
    }
    Prefs.set(KEY, minutes);
  }

  /**
   * Lends a model, loaded if it is not there; to be {@linkplain #giveBack given back}.
   *
   * @throws InputException if it is lent already, or cannot be loaded
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels; none is lent
   */
  AttentionModel lend(Checkpoint checkpoint, RequestOptions options, Progress progress) {
    begin();
    try {
      if (loaded != null && !loaded.suits(checkpoint, options)) {
        unload();
      }
      if (loaded == null) {
        AttentionModel model =
            AttentionModel.open(checkpoint, options.device(), options.precision(), progress);
        loaded = new Loaded(model, options.device(), options.precision());
      }
      loaded.model.use(checkpoint);
      return loaded.model;
    } catch (RuntimeException | Error e) {
      giveBack(loaded != null);
      throw e;
    }
  }

  /**
   * Takes back what was lent.
   *
   * @param good whether it may be asked again
   */
  synchronized void giveBack(boolean good) {
    if (!good || minutes.getAsDouble() <= 0) {
      unload();
    }
    busy = false;
    idleSince = System.nanoTime();
    lookLater();
  }

  /**
   * Gives the memory of the model back.
   *
   * @return whether there was one
   * @throws InputException if a question is being answered
   */
  public synchronized boolean release() {
    requireIdle("the model is released");
    boolean any = loaded != null;
    unload();
    return any;
  }

  /**
   * Gives the model back if it was read from a folder that is about to be deleted.
   *
   * @throws InputException if a question is being answered by it
   */
  public synchronized void release(Path folder) {
    if (loaded != null && loaded.model.folders().stream().anyMatch(f -> isIn(f, folder))) {
      requireIdle("the files of its model are deleted");
      unload();
    }
  }

  private static boolean isIn(Path file, Path folder) {
    return file.startsWith(folder.toAbsolutePath().normalize()) || file.startsWith(real(folder));
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.toAbsolutePath();
    }
  }

  /** Whether a question would find its model loaded. */
  boolean has(Checkpoint checkpoint, RequestOptions options) {
    Loaded now = loaded;
    return now != null && now.suits(checkpoint, options);
  }

  /** Whether there is a model. */
  public boolean isLoaded() {
    return loaded != null;
  }

  /** What is loaded, a sentence for people. */
  public String report() {
    Loaded now = loaded;
    if (now == null) {
      return "none. The next question loads one.";
    }
    return String.format(
        Locale.ROOT,
        "%s, %s on %s, %.2f GB. It is given back after %s minutes without a question.",
        now.model.checkpoint().folder(),
        now.model.precision(),
        now.model.device(),
        now.model.bytes() / 1e9,
        number(minutes.getAsDouble()));
  }

  private static String number(double minutes) {
    return minutes == Math.rint(minutes) ? Long.toString((long) minutes) : "" + minutes;
  }

  private synchronized void begin() {
    requireIdle("a question is asked");
    busy = true;
  }

  private void requireIdle(String what) {
    if (busy) {
      throw new InputException(
          "Expected no question to be running while %s, found one that is still being answered; wait for it, or end it with Escape."
              .formatted(what));
    }
  }

  private void lookLater() {
    if (look != null) {
      look.cancel(false);
    }
    if (loaded != null) {
      look = CLOCK.schedule(this::look, lookMs, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void look() {
    if (busy) {
      return;
    }
    double idle = (System.nanoTime() - idleSince) / 60e9;
    if (idle >= minutes.getAsDouble() || memoryIsShort.getAsBoolean()) {
      unload();
    }
    lookLater();
  }

  private void unload() {
    Loaded old = loaded;
    loaded = null;
    if (old != null) {
      old.model.close();
    }
  }

  /** Gives back what it keeps; a question that is running ends as it may. */
  @Override
  public synchronized void close() {
    if (!busy) {
      unload();
    }
  }
}
