package org.vlmvisualizer.output;

import java.io.IOException;
import java.util.List;
import org.vlmvisualizer.core.ProcessMark;

/** Marks of other programs. */
final class Marks {
  private Marks() {}

  /** Of a program of this computer that runs. */
  static String of(Process process) {
    long start = process.info().startInstant().orElseThrow().toEpochMilli();
    return ofNumbers(process.pid(), start);
  }

  /** Of a program of this computer that has ended, killed as by a power cut. */
  static String dead() throws Exception {
    Process process = start();
    String mark = of(process);
    process.destroyForcibly().waitFor();
    return mark;
  }

  /** Of an earlier program with this one's number. */
  static String earlier() {
    return ofNumbers(ProcessHandle.current().pid(), 1_000_000_000_000L);
  }

  static String onAnotherComputer() {
    return "other-" + ProcessHandle.current().pid() + "-1000000000000";
  }

  static Process start() throws IOException {
    return new ProcessBuilder(List.of("sleep", "60")).start();
  }

  private static String ofNumbers(long pid, long start) {
    return ProcessMark.own().replaceFirst("-\\d+-\\d+$", "-" + pid + "-" + start);
  }
}
