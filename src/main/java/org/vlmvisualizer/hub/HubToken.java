package org.vlmvisualizer.hub;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.vlmvisualizer.core.InputException;

/**
 * The user's access token. It leaves this object only as a header for the endpoint that it was made
 * for, and prints as nothing.
 */
public final class HubToken {
  /** No token: only public models. */
  public static final HubToken NONE = new HubToken("");

  private final String secret;

  private HubToken(String secret) {
    this.secret = secret;
  }

  /**
   * @param text as in a variable or a file; surrounding white space is dropped
   * @param source where the text is from, for messages
   * @throws InputException if it has characters that no token has; the message does not show it
   */
  static HubToken of(String text, String source) {
    String secret = text.strip();
    // Such a character would come back inside the HTTP client's own message.
    if (!secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new InputException(
          "Expected an access token in %s, but it holds characters that no token has; copy the token again from the hub's settings page."
              .formatted(source));
    }
    return new HubToken(secret);
  }

  /** Whether there is one. */
  boolean present() {
    return !secret.isEmpty();
  }

  /**
   * The Authorization header for a request, if this request may carry the token: same scheme, host
   * and port as the endpoint, and encrypted unless it stays on this machine.
   */
  Optional<String> header(URI target, URI endpoint) {
    boolean allowed =
        present()
            && sameOrigin(target, endpoint)
            && (target.getScheme().equalsIgnoreCase("https") || isLoopback(target));
    return allowed ? Optional.of("Bearer " + secret) : Optional.empty();
  }

  static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI address) {
    Map<String, Integer> defaults = Map.of("https", 443, "http", 80);
    return address.getPort() >= 0
        ? address.getPort()
        : defaults.getOrDefault(address.getScheme().toLowerCase(Locale.ROOT), -1);
  }

  private static boolean isLoopback(URI address) {
    String host = address.getHost();
    // Names other than localhost are not looked up: an answer could change between check and use.
    if (!host.equalsIgnoreCase("localhost") && !host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]")) {
      return false;
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // No address, so nothing can be sent there either.
      return false;
    }
  }

  @Override
  public String toString() {
    return present() ? "(a token)" : "(no token)";
  }
}
