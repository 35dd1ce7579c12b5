package org.vlmvisualizer.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import org.vlmvisualizer.core.CleanText;

/**
 * Replaces control characters in everything that is written to a terminal: names of files, configs
 * and answers may hold some. A carriage return passes at the start of a text only: progress writes
 * over its own line, and Windows ends lines with one.
 */
final class TerminalWriter extends FilterWriter {
  TerminalWriter(Writer terminal) {
    super(terminal);
  }

  @Override
  public void write(String text, int start, int count) throws IOException {
    String part = text.substring(start, start + count);
    out.write(part.startsWith("\r") ? "\r" + CleanText.of(part.substring(1)) : CleanText.of(part));
  }

  @Override
  public void write(char[] text, int start, int count) throws IOException {
    write(new String(text, start, count), 0, count);
  }

  @Override
  public void write(int character) throws IOException {
    write(String.valueOf((char) character), 0, 1);
  }
}
