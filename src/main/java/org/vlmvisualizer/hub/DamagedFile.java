package org.vlmvisualizer.hub;

/** What came is not the file that was announced; the message says what it has. */
final class DamagedFile extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedFile(String found) {
    super(found);
  }
}
