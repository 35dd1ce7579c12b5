package org.vlmvisualizer;

import com.sun.jna.NativeLibrary;

/** Signals to other programs, by their numbers on Linux. */
public final class Signals {
  public static final int SEGV = 11;
  public static final int KILL = 9;
  public static final int STOP = 19;
  public static final int CONT = 18;

  private Signals() {}

  /** At once, where starting a program for it would take as long as a picture. */
  public static void send(long pid, int signal) {
    NativeLibrary.getInstance("c")
        .getFunction("kill")
        .invokeInt(new Object[] {Math.toIntExact(pid), signal});
  }
}
