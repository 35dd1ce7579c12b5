package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  void to(TemporaryPicture picture, Progress progress) throws IOException {
    long start = System.nanoTime();
    Abandonable.run(
        () -> {
          fetch(picture);
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

  private void fetch(TemporaryPicture picture) throws IOException {
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
        picture.write(body, limits.bytes(), () -> heard = System.nanoTime(), this::tooLong);
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
  }

  private InputException tooLong() {
    return new InputException(
        "Expected a picture of at most %,d bytes at %s, found more. Download it, and name the file."
            .formatted(limits.bytes(), address));
  }
}
