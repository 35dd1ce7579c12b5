package org.vlmvisualizer.picture;

import java.time.Duration;

/**
 * What fetching and opening one picture may take.
 *
 * @param silence the longest wait for the next byte of a server
 * @param time for all of it
 * @param bytes of a file that is fetched or unpacked
 */
record Limits(Duration silence, Duration time, long bytes) {
  static final Limits USUAL = new Limits(Duration.ofSeconds(60), Duration.ofMinutes(10), 2L << 30);
}
