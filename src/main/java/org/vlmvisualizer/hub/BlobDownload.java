package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.vlmvisualizer.core.InputException;

/**
 * Brings one file to the disk: whole and checked, or not at all.
 *
 * @param backoff first pause before a request is sent again; doubles each time
 */
record BlobDownload(Source source, BlobFolder folder, Transfer transfer, Duration backoff) {
  /** Where files come from, and what is said if they do not. */
  interface Source {
    /**
     * Begins to fetch a file.
     *
     * @param from first byte wanted
     * @return an answer of whatever status
     * @throws IOException if there is none
     */
    HubResponse open(RepoFile file, long from) throws IOException;

    /** A status other than success. */
    InputException fault(HubResponse response);

    /** No answer, or one that ended early. */
    InputException fault(IOException failure);

    /** The file twice had not the hash or the size that was announced, but what is told here. */
    InputException fault(RepoFile file, String found);
  }

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
    try (CacheLock lock = CacheLock.take(folder.lock(file), transfer)) {
      // Perhaps another program had the lock, and has brought it.
      if (folder.has(file)) {
        transfer.add(file.size() - folder.begun(file));
        return;
      }
      DiskFaults.requireFileOrNothing(folder.blob(file));
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
      folder.discard(file);
      throw source.fault(file, second.getMessage());
    }
  }

  private void attempt(RepoFile file) throws DamagedFile {
    Path path = folder.incomplete(file);
    try (PartFile part = PartFile.open(path, file, transfer)) {
      transfer.file(file, part.position());
      try {
        Retries retries = new Retries(ATTEMPTS, backoff, transfer);
        while (part.missing() > 0) {
          request(file, part, retries);
        }
        part.complete(folder.blob(file));
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
    try (HubResponse response = source.open(file, part.position())) {
      if (response.status() == 416) {
        restart(part);
        retries.pause(Duration.ZERO, source.fault(response));
        return;
      }
      if (response.status() != 200 && response.status() != 206) {
        retries.afterStatus(response, source.fault(response));
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
      retries.afterFailure(e, source.fault(e), true);
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
