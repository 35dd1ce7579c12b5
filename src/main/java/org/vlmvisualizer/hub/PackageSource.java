package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.vlmvisualizer.core.InputException;

/**
 * A file on an index of packages: a page per project, with a link to each file and behind it,
 * mostly, the file's hash.
 *
 * @see <a href="https://peps.python.org/pep-0503/">PEP 503</a>
 */
final class PackageSource implements BlobDownload.Source {
  private static final int MAX_PAGE_BYTES = 16 << 20;
  private static final int ATTEMPTS = 3;
  private static final Pattern LINK =
      Pattern.compile("(?i)<a\\b[^>]*?\\bhref\\s*=\\s*\"([^\"]*)\"");

  private final HubHttp http;
  private final HubSettings settings;
  private final PackageFile wanted;
  private final URI index;
  private final Runnable alive;
  private URI address;

  PackageSource(HubHttp http, HubSettings settings, PackageFile wanted, URI index, Runnable alive) {
    this.http = http;
    this.settings = settings;
    this.wanted = wanted;
    this.index = index;
    this.alive = alive;
  }

  @Override
  public HubResponse open(RepoFile file, long from) throws IOException {
    if (address == null) {
      address = find();
    }
    Map<String, String> range = from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of();
    return http.send("GET", address, range, true, alive);
  }

  private URI find() {
    URI page = wanted.page(index);
    Retries retries = new Retries(ATTEMPTS, settings.backoff(), alive);
    while (true) {
      try (HubResponse response = http.send("GET", page, Map.of(), true, alive)) {
        if (response.status() == 200) {
          return find(response.address(), response.text(MAX_PAGE_BYTES, alive));
        }
        retries.afterStatus(response, fault(response));
      } catch (IOException e) {
        retries.afterFailure(e, fault(e), false);
      }
    }
  }

  /**
   * The address of the file.
   *
   * @param page where the text is from, which links may be relative to
   * @throws InputException if there is none, or a file of another hash
   */
  private URI find(URI page, String text) {
    Matcher link = LINK.matcher(text);
    while (link.find()) {
      String[] parts = link.group(1).replace("&amp;", "&").split("#", 2);
      String path = parts[0].replaceFirst("\\?.*", "");
      if (wanted.name().equals(decoded(path.substring(path.lastIndexOf('/') + 1)))) {
        requireHash(parts.length == 2 ? parts[1] : "");
        return HubHttp.target(page, parts[0]);
      }
    }
    throw new InputException(
        "Expected %s on the package index at %s, found other files; name another index, or a folder with these files."
            .formatted(wanted.name(), index.getHost()));
  }

  /** Before gigabytes have come for nothing. */
  private void requireHash(String fragment) {
    Matcher told = Pattern.compile("sha256=([0-9a-fA-F]{64})").matcher(fragment);
    if (told.find() && !told.group(1).equalsIgnoreCase(wanted.sha256())) {
      throw new InputException(
          "Expected %s with the SHA-256 %s, but the package index at %s announces another; name another index."
              .formatted(wanted.name(), wanted.sha256(), index.getHost()));
    }
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part; // no code of a character, so another file
    }
  }

  @Override
  public InputException fault(HubResponse response) {
    return response.status() == 407
        ? new InputException(HubFaults.PROXY_LOGIN)
        : new InputException(
            "Expected %s from the package index at %s, but %s answers with status %d; run again later, or name another index or a folder with these files: what was downloaded is kept."
                .formatted(
                    wanted.name(),
                    index.getHost(),
                    response.address().getHost(),
                    response.status()));
  }

  @Override
  public InputException fault(IOException failure) {
    return new InputException(
        "Expected %s from the package index at %s, but %s; check the network and the proxy and run again: what was downloaded is kept."
            .formatted(wanted.name(), index.getHost(), reason(failure)),
        failure);
  }

  private static String reason(IOException failure) {
    if (String.valueOf(failure.getMessage()).contains("407")) {
      return "the proxy wants a user and a password";
    } else if (failure instanceof SSLException) {
      return "its certificate or protocol is not accepted";
    } else if (failure instanceof UnknownHostException
        || failure.getCause() instanceof UnresolvedAddressException) {
      return "its name is not found on the network";
    } else if (failure instanceof ConnectException || failure instanceof HttpTimeoutException) {
      return "it cannot be reached";
    }
    return "the connection broke again and again";
  }

  @Override
  public InputException fault(RepoFile file, String found) {
    return new InputException(
        "Expected %s with %d bytes and the SHA-256 %s, but twice found %s, and deleted it; run again later, or name another index or a folder with these files."
            .formatted(file.name(), file.size(), file.etag(), found));
  }
}
