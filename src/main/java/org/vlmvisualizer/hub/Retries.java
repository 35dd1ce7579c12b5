package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.vlmvisualizer.core.InputException;

/**
 * Whether to try again, and after which pause. Pauses double from one failure to the next; as soon
 * as a file has got further than ever before, counting starts anew, so that a long download
 * survives many short breaks, and a server that repeats the same bytes is given up.
 */
final class Retries {
  private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final int limit;
  private final Duration first;
  private final Runnable alive;
  private int failures;
  private long furthest;

  /**
   * @param limit tries without any progress
   * @param first pause
   * @param alive called at least every 100 ms of a pause; may throw to stop
   */
  Retries(int limit, Duration first, Runnable alive) {
    this.limit = limit;
    this.first = first;
    this.alive = alive;
  }

  /** Bytes have come, so that now so many are there. */
  void progress(long position) {
    if (position > furthest) {
      furthest = position;
      failures = 0;
    }
  }

  /**
   * Waits, unless the status is one that stays.
   *
   * @throws InputException {@code fault}, if there is no sense in trying again
   */
  void afterStatus(HubResponse response, InputException fault) {
    if (!PASSING.contains(response.status())) {
      throw fault;
    }
    Duration asked = response.header("Retry-After").map(Retries::retryAfter).orElse(Duration.ZERO);
    response.close();
    pause(asked, fault);
  }

  /**
   * Waits, unless the failure is one that stays.
   *
   * @param running whether bytes have come before, so that the hub can be reached in principle
   * @throws InputException {@code fault}, if there is no sense in trying again
   */
  void afterFailure(IOException failure, InputException fault, boolean running) {
    boolean stays =
        !running && (failure instanceof SSLException || failure instanceof ConnectException);
    if (stays) {
      throw fault;
    }
    pause(Duration.ZERO, fault);
  }

  /**
   * Waits before the next try.
   *
   * @throws InputException {@code fault}, if this was the last or the wait would be minutes
   */
  void pause(Duration asked, InputException fault) {
    failures++;
    if (failures >= limit || asked.compareTo(LONGEST) > 0) {
      throw fault;
    }
    Duration own = first.multipliedBy(1L << Math.min(failures - 1, 5));
    Interruptible.pause((asked.compareTo(own) > 0 ? asked : own).toMillis(), alive);
  }

  /** Seconds, or a date as HTTP writes it; anything else counts as zero. */
  static Duration retryAfter(String value) {
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), until);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }
}
