package org.vlmvisualizer.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ProcessMark;

/**
 * The right to make one of the results in a folder, which one program has at a time: a small hidden
 * file beside the results, which names the program and is written anew every few seconds. The claim
 * of a program that ended is taken over: on this computer if it runs no more, on another if the
 * file has not been written for minutes.
 */
public final class Claim implements AutoCloseable {
  static final String SUFFIX = ".claim";

  private static final String CLAIMS = Scratch.PREFIX + "*" + SUFFIX;
  private static final int LONGEST_NAME = 60;
  private static final int BEAT_SECONDS = 20;
  private static final Duration DEAD = Duration.ofMinutes(5);
  private static final Duration WAIT = Duration.ofMillis(500);
  private static final ScheduledExecutorService HEART =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("VLM Visualizer heartbeat"));

  /**
   * So many crashes at one result, or so many ends that nobody explains, are the result's fault.
   */
  private static final int CRASHES = 2;

  private static final int UNEXPLAINED = 5;

  private final Path file;
  private final LostAttempts attempts;
  private final ScheduledFuture<?> beat;

  private Claim(Path file) {
    this.file = file;
    attempts = attempts(file);
    beat = HEART.scheduleAtFixedRate(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Takes the right to one result.
   *
   * @param folder of all results; made if it is missing
   * @return null if another run has it, or was in the way
   * @throws InputException if the folder cannot be written to
   */
  public static Claim take(Path folder, String result) {
    Path file = folder.resolve(Scratch.PREFIX + shortened(result) + SUFFIX);
    try {
      do {
        Files.createDirectories(folder);
        try {
          create(file);
          return new Claim(file);
        } catch (FileAlreadyExistsException e) {
          // Of a run that still runs, or of one that ended.
        } catch (NoSuchFileException e) {
          return null; // another run removed the folder that it had made on trial
        }
      } while (removeDead(file, claim -> attempts(claim).add(claim, false)));
      return null;
    } catch (IOException e) {
      throw new InputException(
          "The folder for the results cannot be written to: %s (%s). Choose another one."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }

  /**
   * Whole from the start, where the file system has links: a program that is killed between making
   * the file and writing its name would leave a claim of nobody, alive for minutes.
   *
   * @throws FileAlreadyExistsException if there is one
   */
  private static void create(Path file) throws IOException {
    Path whole = Files.writeString(Scratch.in(file.getParent()), ProcessMark.own());
    try {
      Files.createLink(file, whole);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // No links here; where nothing can be written at all, this says so.
      Files.writeString(file, ProcessMark.own(), StandardOpenOption.CREATE_NEW);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** A file system may take 255 bytes for a name; all claims are in one folder. */
  private static String shortened(String result) {
    return result.length() <= LONGEST_NAME && result.indexOf('/') < 0
        ? result
        : UUID.nameUUIDFromBytes(result.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * Takes the right to one result, and waits for a run that has it.
   *
   * @param poll called repeatedly meanwhile; what it throws ends the wait
   * @throws InputException as {@link #take}
   */
  public static Claim await(Path folder, String result, Runnable poll) {
    Claim claim = take(folder, result);
    while (claim == null) {
      poll.run();
      LockSupport.parkNanos(WAIT.toNanos());
      claim = take(folder, result);
    }
    return claim;
  }

  /** Whether programs ended while they had it, for which nobody has made the result since. */
  public boolean wasLost() {
    return attempts.any();
  }

  /** Whether programs ended while they had the claim of a result, without taking it. */
  public static boolean wasLost(Path folder, String result) {
    return LostAttempts.of(folder, shortened(result)).any();
  }

  /**
   * Whether so many programs ended while they had it that the next one would too. Of ends that
   * nobody explains it takes more: a scheduler kills programs whatever they are doing.
   */
  public boolean isHopeless() {
    return attempts.crashes() >= CRASHES || attempts.unexplained() >= UNEXPLAINED;
  }

  /** To be called once the result is made, or given up. */
  public void finish() {
    attempts.clear();
  }

  /**
   * Counts the end of a program on this computer as a crash at what it had claimed.
   *
   * @param folder of results
   * @param pid the program's number
   * @return whether it had claimed anything
   * @throws InputException if the folder cannot be read or written to
   */
  public static boolean crashed(Path folder, long pid) {
    boolean found = false;
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, CLAIMS)) {
      for (Path claim : claims) {
        String mark = Files.readString(claim);
        if (ProcessMark.isHere(mark) && ProcessMark.pid(mark) == pid) {
          found |= attempts(claim).add(claim, true);
        }
      }
      return found;
    } catch (IOException | DirectoryIteratorException e) {
      throw new InputException(
          "The folder of the results cannot be read: %s (%s). Check its permissions."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }

  private static LostAttempts attempts(Path file) {
    String name = file.getFileName().toString();
    String result = name.substring(Scratch.PREFIX.length(), name.length() - SUFFIX.length());
    return LostAttempts.of(file.getParent(), result);
  }

  /** Removes the claims that killed runs left in a folder. */
  static void removeDeadIn(Path folder) throws IOException {
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, CLAIMS)) {
      for (Path claim : claims) {
        removeDead(claim, Files::deleteIfExists);
      }
    }
  }

  /**
   * To be called before the result is written.
   *
   * @throws InputException if another run took this one for dead, as after a computer's sleep
   */
  public void check() {
    if (!isOwn()) {
      throw new InputException(
          "Another run took this picture over, since this one did nothing for more than %d minutes. Run it again."
              .formatted(DEAD.toMinutes()));
    }
  }

  @Override
  public void close() {
    beat.cancel(false);
    try {
      if (isOwn()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // Then it is taken over once this program has ended.
    }
  }

  /** Written anew, and its time not just set, so that the time is by the file server's clock. */
  private void beat() {
    try {
      if (isOwn()) {
        Files.writeString(
            file,
            ProcessMark.own(),
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
      }
    } catch (IOException e) {
      // Tried again at the next beat.
    }
  }

  private boolean isOwn() {
    try {
      return Files.readString(file).equals(ProcessMark.own());
    } catch (IOException e) {
      return false;
    }
  }

  /** Takes a dead claim out of the way. */
  private interface Removal {
    boolean remove(Path claim) throws IOException;
  }

  /** Whether the claim was that of a dead run, and is gone now. */
  private static boolean removeDead(Path file, Removal removal) throws IOException {
    if (!isDead(file)) {
      return false;
    }
    // One run at a time removes it, or a slower one would remove the claim of a faster one.
    Path turn = file.resolveSibling(file.getFileName() + "-dead");
    try {
      Files.createFile(turn);
    } catch (FileAlreadyExistsException e) {
      if (age(turn).compareTo(DEAD) > 0) {
        Files.deleteIfExists(turn); // of a run that was killed just then
      }
      return false;
    }
    try {
      return isDead(file) && removal.remove(file);
    } finally {
      Files.deleteIfExists(turn);
    }
  }

  private static boolean isDead(Path file) throws IOException {
    try {
      String mark = Files.readString(file);
      return ProcessMark.isHere(mark) ? !ProcessMark.isAlive(mark) : age(file).compareTo(DEAD) > 0;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** By the clock of the file server, which may differ from this computer's. */
  private static Duration age(Path file) throws IOException {
    Path probe = Files.createFile(Scratch.in(file.getParent()));
    try {
      Instant now = Files.getLastModifiedTime(probe).toInstant();
      return Duration.between(Files.getLastModifiedTime(file).toInstant(), now);
    } catch (NoSuchFileException e) {
      return Duration.ZERO; // it is gone
    } finally {
      Files.deleteIfExists(probe);
    }
  }
}
