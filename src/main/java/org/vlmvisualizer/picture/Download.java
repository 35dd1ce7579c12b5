package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/**
 * Fetches a picture from an http or https address to a file. Redirects lead to other such addresses
 * only.
 */
final class Download {
  private final URI address;
  private final Limits limits;
  private volatile long heard = System.nanoTime();

  Download(URI address, Limits limits) {
    this.address = address;
    this.limits = limits;
  }

  /**
   * @param progress may cancel
   * @throws InputException if the server refuses, falls silent or sends too much
   * @throws IOException if it cannot be reached or breaks off
   */
  void to(Path file, Progress progress) throws IOException {
    long start = System.nanoTime();
    Abandonable.run(
        () -> {
          fetch(file);
          return null;
        },
        () -> {
          progress.update("fetching the picture", 0, 1);
          long now = System.nanoTime();
          if (now - heard > limits.silence().toNanos()) {
            throw new InputException(
                "%s could not be fetched: the server sent nothing for %d seconds. Try again later."
                    .formatted(address, limits.silence().toSeconds()));
          }
          if (now - start > limits.time().toNanos()) {
            throw new InputException(
                "%s could not be fetched within %d seconds. Download it, and name the file."
                    .formatted(address, limits.time().toSeconds()));
          }
        });
  }

  private void fetch(Path file) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(limits.silence())
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new InputException(
              "Expected a picture at %s, the server answered with status %d. Check the address."
                  .formatted(address, response.statusCode()));
        }
        copy(body, file);
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
  }

  private void copy(InputStream body, Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        heard = System.nanoTime();
        total += n;
        if (total > limits.bytes()) {
          throw new InputException(
              "Expected a picture of at most %,d bytes at %s, found more. Download it, and name the file."
                  .formatted(limits.bytes(), address));
        }
        out.write(buffer, 0, n);
      }
    }
  }
}
