package org.vlmvisualizer.hub;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vlmvisualizer.core.Progress;

/**
 * How far a download is: tells {@link Progress} the file, bytes, rate and time left, at most ten
 * times a second, and so hears a cancel.
 */
final class Transfer implements Runnable {
  private static final int STEPS = 1000;
  private static final long EVERY = 100_000_000L;

  /** The rate is that of the last ten seconds: a mean over all would hide that a line got slow. */
  private static final long WINDOW = 10_000_000_000L;

  /** A moment in ns, and the bytes that had come by then. */
  private record Mark(long time, long bytes) {}

  private final Progress progress;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private String stage = "asking the hub";
  private long fileDone;
  private long fileSize;
  private long total;
  private long came;
  private long left;
  private long told = System.nanoTime() - EVERY;

  Transfer(Progress progress) {
    this.progress = progress;
  }

  /** Begins to count. */
  void start(long allBytes, long bytesLeft) {
    total = allBytes;
    left = bytesLeft;
  }

  /** Another program downloads a file; nobody is told so unless that lasts. */
  void waiting(RepoFile file) {
    stage(file.name() + ": waiting, another program downloads it");
  }

  /** Something else is going on. */
  void stage(String what) {
    stage = what;
    fileSize = 0;
  }

  /** A file is next. */
  void file(RepoFile file, long done) {
    stage = file.name();
    fileSize = file.size();
    fileDone = done;
  }

  /** Bytes have come. */
  void add(long bytes) {
    fileDone += bytes;
    came += bytes;
    left -= bytes;
    run();
  }

  /** Bytes that were there have turned out to be of no use. */
  void lose(long bytes) {
    fileDone -= bytes;
    left += bytes;
  }

  /** Tells, if it is time to. Throws what the listener throws to stop. */
  @Override
  public void run() {
    long now = System.nanoTime();
    if (now - told < EVERY) {
      return;
    }
    told = now;
    marks.addLast(new Mark(now, came));
    while (marks.size() > 2 && now - marks.peekFirst().time() > WINDOW) {
      marks.removeFirst();
    }
    long done = Math.max(0, total - left);
    int step = total == 0 ? 0 : (int) Math.min(STEPS, Math.round((double) STEPS * done / total));
    progress.update(text(now), step, STEPS);
  }

  private String text(long now) {
    if (fileSize == 0) {
      return stage;
    }
    String text = stage + ": " + Amounts.bytes(fileDone) + " of " + Amounts.bytes(fileSize);
    Mark first = marks.peekFirst();
    double seconds = (now - first.time()) / 1e9;
    long rate = seconds > 0 ? (long) ((came - first.bytes()) / seconds) : 0;
    return rate == 0
        ? text
        : "%s, %s/s, %s left".formatted(text, Amounts.bytes(rate), Amounts.time(left / rate));
  }
}
