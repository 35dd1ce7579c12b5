package org.vlmvisualizer.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.vlmvisualizer.core.InputException;

/**
 * An answer whose body is still on its way.
 *
 * @param stall the longest silence
 */
record HubResponse(HttpResponse<ByteFlow> response, Duration stall) implements AutoCloseable {
  private static final Duration MAX_TEXT_TIME = Duration.ofMinutes(2);

  int status() {
    return response.statusCode();
  }

  URI address() {
    return response.uri();
  }

  Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  /** A header with a number of bytes; empty if absent, negative or no number. */
  OptionalLong length(String name) {
    return header(name).filter(value -> value.matches("\\d{1,18}")).stream()
        .mapToLong(Long::parseLong)
        .findFirst();
  }

  boolean isRedirect() {
    return List.of(301, 302, 303, 307, 308).contains(status()) && header("Location").isPresent();
  }

  /**
   * The next bytes; null at the end.
   *
   * @throws IOException if the connection broke or fell silent
   */
  List<ByteBuffer> next(Runnable alive) throws IOException {
    return response.body().next(stall, alive);
  }

  /**
   * The whole body as text.
   *
   * @throws InputException if it is longer than {@code limit} bytes
   * @throws IOException if the connection broke, fell silent, or takes minutes
   */
  String text(int limit, Runnable alive) throws IOException {
    long start = System.nanoTime();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (List<ByteBuffer> bytes = next(alive); bytes != null; bytes = next(alive)) {
      for (ByteBuffer buffer : bytes) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        all.writeBytes(part);
      }
      if (all.size() > limit) {
        throw new InputException(
            "Expected at most %d MB from %s, but it sends more; it is not read."
                .formatted(limit >> 20, address().getHost()));
      }
      if (System.nanoTime() - start > MAX_TEXT_TIME.toNanos()) {
        throw new HttpTimeoutException("a short answer took minutes");
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    response.body().close();
  }
}
