package org.vlmvisualizer.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.ListedPicture;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.PictureTask;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Joined;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.QuickExit;
import org.vlmvisualizer.output.BatchList;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.shelf.ModelLocator;

/**
 * The model of this Java, loaded once, whatever the number of tasks. All of it happens on one
 * thread: one picture at a time has all cores, and Spark's interrupts of its own threads end no
 * picture half-way.
 */
final class ExecutorModel {
  private static final Executor THREAD =
      Executors.newSingleThreadExecutor(new DaemonThreads("VLM Visualizer pictures"));
  private static final ModelKeeper KEEPER = new ModelKeeper();
  private static ExecutorModel current; // null before the first picture

  private final Question question;
  private final Asker asker;
  private final PictureTask task;
  private BooleanSupplier stop;
  private boolean shared;

  private ExecutorModel(Question question) {
    this.question = question;
    requireShared(Path.of(question.images()));
    // Executors are ended while they work: a crash then would count against a picture.
    asker =
        new Asker(KEEPER, checkpoint(question), question.options(), engine -> QuickExit.arrange());
    task = new PictureTask(asker, Path.of(question.output()), true).saving(question.files());
    task.until(() -> stop.getAsBoolean());
  }

  /**
   * Asks about a picture, unless that was done before.
   *
   * @param stop ends waiting and loading, but not an answer that was begun
   * @return null if its turn comes last, or {@code stop} came before it
   * @throws InputException if the model cannot be loaded, or nothing can be written
   */
  static BatchRow ask(
      Question question, ListedPicture picture, boolean last, BooleanSupplier stop) {
    return call(() -> of(question).ask(picture, last, stop));
  }

  /**
   * Moves results into a pack.
   *
   * @param folders of pictures
   * @throws InputException if that cannot be written
   */
  static void pack(Question question, List<String> folders) {
    call(
        () -> {
          of(question).task.pack(folders, () -> {});
          return null;
        });
  }

  /**
   * The precision in which a question's model runs here.
   *
   * @throws InputException if the model cannot be loaded
   */
  static Precision precision(Question question) {
    return call(() -> of(question).asker.model(Progress.NONE).precision());
  }

  private static <T> T call(Supplier<T> work) {
    return Joined.result(CompletableFuture.supplyAsync(work, THREAD));
  }

  private static ExecutorModel of(Question question) {
    if (current == null || !current.question.equals(question)) {
      UserCache.replaceMissingHome();
      System.setProperty("java.awt.headless", "true");
      if (current != null) {
        current.asker.close();
        current = null;
      }
      current = new ExecutorModel(question);
    }
    return current;
  }

  private BatchRow ask(ListedPicture picture, boolean last, BooleanSupplier stop) {
    this.stop = stop;
    requireList();
    try {
      PictureTask.Done done = task.run(picture.picture(question.roi()), Progress.NONE, last);
      return done == null ? null : done.row();
    } catch (CancellationException e) {
      return null;
    }
  }

  private void requireList() {
    if (!shared) {
      requireShared(Path.of(question.output()).resolve(BatchList.FILE));
      shared = true;
    }
  }

  private static void requireShared(Path path) {
    if (!Files.exists(path)) {
      throw new InputException(
          "Expected %s on each computer of the cluster, found it missing; choose folders of a file system that all share."
              .formatted(path));
    }
  }

  /**
   * Where the driver has it, or else by its name in this computer's cache; never over a network.
   */
  private static Checkpoint checkpoint(Question question) {
    boolean isThere =
        !question.model().equals(Checkpoint.DEMO) && Files.isDirectory(Path.of(question.folder()));
    Checkpoint found = ModelLocator.onDisk(isThere ? question.folder() : question.model());
    if (!found.sha256().equals(question.sha256())) {
      throw new InputException(
          "Expected the model that the driver has, found another one in %s; let all computers share one, or copy it again."
              .formatted(found.folder()));
    }
    return found;
  }
}
