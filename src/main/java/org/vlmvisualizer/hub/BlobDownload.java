package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.vlmvisualizer.core.InputException;

/** Brings one file of a model into the cache: whole and checked, or not at all. */
record BlobDownload(
    HubSettings settings,
    HubClient client,
    HubFaults faults,
    HubCache cache,
    Transfer transfer,
    HubId id,
    String commit) {
  /** Tries without a byte of progress; pauses of 1, 2, 4, 8 and 16 s lie between. */
  private static final int ATTEMPTS = 6;

  /**
   * Fetches a file unless it is there.
   *
   * @throws InputException if it cannot be had; what came stays for the next run
   * @throws java.util.concurrent.CancellationException if cancelled; what came stays as well
   */
  void fetch(RepoFile file) {
    transfer.waiting(file);
    try (CacheLock lock = CacheLock.take(cache.lock(file), transfer)) {
      // Perhaps another program had the lock, and has brought it.
      if (cache.has(commit, file)) {
        transfer.add(file.size() - cache.begun(file));
        return;
      }
      DiskFaults.requireFileOrNothing(cache.blob(file));
      try {
        attempt(file);
      } catch (DamagedFile first) {
        secondAttempt(file);
      }
    }
  }

  private void secondAttempt(RepoFile file) {
    try {
      attempt(file);
    } catch (DamagedFile second) {
      cache.discard(file);
      throw new InputException(
          "Expected %s of %s as the hub announced it, with %d bytes, but twice found %s, and deleted it; run again later, and if it stays so, check whether a proxy or HF_ENDPOINT changes files on their way."
              .formatted(file.name(), id, file.size(), second.getMessage()));
    }
  }

  private void attempt(RepoFile file) throws DamagedFile {
    Path path = cache.incomplete(file);
    try (PartFile part = PartFile.open(path, file, transfer)) {
      transfer.file(file, part.position());
      try {
        Retries retries = new Retries(ATTEMPTS, settings.backoff(), transfer);
        while (part.missing() > 0) {
          request(file, part, retries);
        }
        part.complete(cache.blob(file));
      } catch (DamagedFile e) {
        restart(part);
        throw e;
      }
    }
  }

  private void restart(PartFile part) {
    transfer.lose(part.position());
    part.restart();
  }

  private void request(RepoFile file, PartFile part, Retries retries) throws DamagedFile {
    try (HubResponse response = client.content(id, commit, file, part.position())) {
      if (response.status() == 416) {
        restart(part);
        retries.pause(Duration.ZERO, faults.status(response));
        return;
      }
      if (response.status() != 200 && response.status() != 206) {
        retries.afterStatus(response, faults.status(response));
        return;
      }
      // A server may send from the start, whatever is asked for: what is there is passed over.
      long known = continues(response, part, file) ? 0 : part.position();
      checkLength(response, known + part.missing());
      copy(response, known, part, retries);
      if (part.missing() > 0) {
        throw new IOException("the answer ended early");
      }
    } catch (IOException e) {
      retries.afterFailure(e, faults.network(e), true);
    }
  }

  /** Whether the answer begins where the file ends. */
  private static boolean continues(HubResponse response, PartFile part, RepoFile file) {
    String wanted = "bytes %d-%d/%d".formatted(part.position(), file.size() - 1, file.size());
    return response.status() == 206
        && response.header("Content-Range").filter(wanted::equals).isPresent();
  }

  private static void checkLength(HubResponse response, long expected) throws DamagedFile {
    OptionalLong length = response.length("Content-Length");
    if (length.isPresent() && length.getAsLong() != expected) {
      throw new DamagedFile(
          "%d bytes in the answer where %d were missing".formatted(length.getAsLong(), expected));
    }
    String encoding = response.header("Content-Encoding").orElse("identity");
    if (!encoding.equals("identity")) {
      throw new DamagedFile("the encoding '" + Printable.of(encoding) + "'");
    }
  }

  private void copy(HubResponse response, long known, PartFile part, Retries retries)
      throws IOException, DamagedFile {
    long toPass = known;
    for (List<ByteBuffer> bytes = response.next(transfer);
        bytes != null;
        bytes = response.next(transfer)) {
      toPass = pass(bytes, toPass);
      transfer.add(part.append(bytes));
      retries.progress(part.position());
    }
  }

  /** Passes over the first {@code count} bytes; returns how many are still to be passed over. */
  private static long pass(List<ByteBuffer> bytes, long count) {
    long left = count;
    for (ByteBuffer buffer : bytes) {
      int passed = (int) Math.min(left, buffer.remaining());
      buffer.position(buffer.position() + passed);
      left -= passed;
    }
    return left;
  }
}
