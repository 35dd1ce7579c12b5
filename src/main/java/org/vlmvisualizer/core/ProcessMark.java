package org.vlmvisualizer.core;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Names a program that runs, on which computer and since when, as part of a file's name. Process
 * numbers are used again, and several computers may share a folder.
 */
public final class ProcessMark {
  /** Calls differ by up to this much in the start of a process. */
  private static final long CLOCK_STEP_MILLISECONDS = 10_000;

  private static final String COMPUTER = computer();
  private static final String OWN = own(ProcessHandle.current());

  private ProcessMark() {}

  /** The mark of this program, like {@code host.4026531836-1234-1700000000000}. */
  public static String own() {
    return OWN;
  }

  private static String own(ProcessHandle process) {
    return COMPUTER + "-" + process.pid() + "-" + started(process);
  }

  /** Whether the text is the mark of a program on this computer. */
  public static boolean isHere(String mark) {
    return mark.startsWith(COMPUTER + "-")
        && mark.substring(COMPUTER.length()).matches("-\\d{1,18}-\\d{1,18}");
  }

  /**
   * Whether a program on this computer still runs.
   *
   * @param mark that is of this computer
   */
  public static boolean isAlive(String mark) {
    String[] numbers = mark.substring(COMPUTER.length() + 1).split("-");
    long start = Long.parseLong(numbers[1]);
    return ProcessHandle.of(Long.parseLong(numbers[0]))
        .filter(ProcessHandle::isAlive)
        .map(ProcessMark::started)
        .filter(s -> s == 0 || start == 0 || Math.abs(s - start) < CLOCK_STEP_MILLISECONDS)
        .isPresent();
  }

  /**
   * The number of the process, on whichever computer.
   *
   * @return -1 if the text is no mark
   */
  public static long pid(String mark) {
    String[] parts = mark.split("-");
    int last = parts.length - 2;
    return last > 0 && parts[last].matches("\\d{1,18}") ? Long.parseLong(parts[last]) : -1;
  }

  /** Milliseconds, or 0 where the system does not tell. */
  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** The host's name, in characters that files may have in their names. */
  public static String host() {
    String name;
    try {
      Path file = Path.of("/proc/sys/kernel/hostname");
      name =
          Files.isReadable(file)
              ? Files.readString(file).strip()
              : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      name = "here";
    }
    return name.replaceAll("[^A-Za-z0-9.]", "_");
  }

  /** The host's name, and the container's number: containers may share a name. */
  private static String computer() {
    try {
      Path container = Path.of("/proc/self/ns/pid");
      if (Files.isSymbolicLink(container)) {
        String number = Files.readSymbolicLink(container).toString().replaceAll("\\D", "");
        return host() + "." + number;
      }
    } catch (IOException e) {
      // Then the host's name is all there is.
    }
    return host();
  }
}
