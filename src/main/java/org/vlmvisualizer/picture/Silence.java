package org.vlmvisualizer.picture;

import ij.IJ;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Semaphore;

/** While it is open, nothing is printed: ImageJ's readers print and show what they dislike. */
final class Silence implements AutoCloseable {
  private static final Semaphore ONE = new Semaphore(1);

  private final PrintStream out;
  private final PrintStream err;
  private final boolean redirected;

  Silence() {
    ONE.acquireUninterruptibly();
    out = System.out;
    err = System.err;
    redirected = IJ.redirectingErrorMessages();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    System.setOut(nowhere);
    System.setErr(nowhere);
    IJ.redirectErrorMessages(true);
  }

  @Override
  public void close() {
    IJ.redirectErrorMessages(redirected);
    System.setOut(out);
    System.setErr(err);
    ONE.release();
  }
}
