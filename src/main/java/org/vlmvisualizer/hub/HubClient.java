package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.vlmvisualizer.core.InputException;

/** The three questions that the hub is asked. */
record HubClient(HubSettings settings, HubHttp http, HubFaults faults, Runnable alive) {
  private static final int MAX_JSON_BYTES = 16 << 20;

  /** A file that is asked for by hand waits for an answer; one that runs for hours does not. */
  private static final int ATTEMPTS = 3;

  /**
   * What a model is made of.
   *
   * @throws InputException if the hub does not tell
   */
  RepoInfo info(HubId id) {
    URI address =
        address("/api/models/" + id.repo() + "/revision/" + encoded(id.revision()) + "?blobs=true");
    return ask("GET", address, true, r -> RepoInfo.parse(r.text(MAX_JSON_BYTES, alive), id));
  }

  /**
   * Size and hash of a file, for a hub whose list of files has none.
   *
   * @throws InputException if the hub does not tell
   */
  RepoFile known(HubId id, String commit, RepoFile file) {
    if (file.isKnown()) {
      return file;
    }
    // Of a large file, the hub's own answer tells, and not that of the store it sends on to.
    RepoFile known =
        ask("HEAD", address(id, commit, file), false, answer -> described(file, answer));
    if (!known.isKnown()) {
      throw new InputException(
          "Expected size and hash of %s in %s from the hub, but it sends none; check HF_ENDPOINT."
              .formatted(file.name(), id));
    }
    return known;
  }

  private static RepoFile described(RepoFile file, HubResponse answer) {
    String etag = answer.header("X-Linked-Etag").or(() -> answer.header("ETag")).orElse("");
    long size =
        answer.length("X-Linked-Size").orElseGet(() -> answer.length("Content-Length").orElse(-1));
    return new RepoFile(file.name(), size, etag.replaceAll("^W/|\"", ""));
  }

  /**
   * Begins to fetch a file.
   *
   * @param from first byte wanted
   * @return an answer of whatever status
   * @throws IOException if there is none
   */
  HubResponse content(HubId id, String commit, RepoFile file, long from) throws IOException {
    Map<String, String> range = from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of();
    return http.send("GET", address(id, commit, file), range, true, alive);
  }

  private URI address(HubId id, String commit, RepoFile file) {
    return address("/" + id.repo() + "/resolve/" + commit + "/" + encoded(file.name()));
  }

  private URI address(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Reads an answer. */
  private interface Reader<T> {
    T read(HubResponse response) throws IOException;
  }

  private <T> T ask(String method, URI address, boolean elsewhere, Reader<T> reader) {
    Retries retries = new Retries(ATTEMPTS, settings.backoff(), alive);
    while (true) {
      try (HubResponse response = http.send(method, address, Map.of(), elsewhere, alive)) {
        int status = response.status();
        if (status == 200 || (!elsewhere && response.isRedirect())) {
          return reader.read(response);
        }
        retries.afterStatus(response, faults.status(response));
      } catch (IOException e) {
        retries.afterFailure(e, faults.network(e), false);
      }
    }
  }
}
