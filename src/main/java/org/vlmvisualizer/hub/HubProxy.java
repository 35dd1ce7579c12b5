package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.vlmvisualizer.core.InputException;

/**
 * Which proxy a request takes: Java's own settings first (ImageJ's Edit › Options › Proxy Settings
 * are among them), then HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY as command-line tools read
 * them.
 */
public final class HubProxy extends ProxySelector {
  private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, URI> byScheme;
  private final List<String> direct;

  private HubProxy(Map<String, URI> byScheme, List<String> direct) {
    this.byScheme = byScheme;
    this.direct = direct;
  }

  /**
   * @throws InputException if a variable is no address; the message does not show it, since it may
   *     hold a password
   */
  static HubProxy of(Map<String, String> environment) {
    Map<String, URI> byScheme = new HashMap<>();
    for (String scheme : List.of("https", "http")) {
      parse(environment, scheme + "_proxy")
          .or(() -> parse(environment, "all_proxy"))
          .ifPresent(proxy -> byScheme.put(scheme, proxy));
    }
    String none = variable(environment, "no_proxy").orElse("");
    return new HubProxy(byScheme, Arrays.stream(none.split("[,\\s]+")).toList());
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<URI> parse(Map<String, String> environment, String name) {
    Optional<String> text = variable(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text.get().contains("://") ? text.get() : "http://" + text.get());
      if (uri.getHost() != null && uri.getScheme().toLowerCase(Locale.ROOT).startsWith("http")) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below, without the text.
    }
    throw new InputException(
        "Expected the variable %s as http://host:port (SOCKS is not supported); correct or unset it."
            .formatted(name.toUpperCase(Locale.ROOT)));
  }

  @Override
  public List<Proxy> select(URI uri) {
    ProxySelector java = ProxySelector.getDefault();
    List<Proxy> chosen = java == null ? List.of() : java.select(uri);
    if (chosen.stream().anyMatch(proxy -> proxy.type() == Proxy.Type.HTTP)) {
      return chosen;
    }
    URI proxy = byScheme.get(uri.getScheme().toLowerCase(Locale.ROOT));
    if (proxy == null || isDirect(uri.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port(proxy))));
  }

  private boolean isDirect(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return direct.stream()
        .map(entry -> entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
        .filter(entry -> !entry.isEmpty())
        .anyMatch(e -> e.equals("*") || name.equals(e) || name.endsWith("." + e));
  }

  private static int port(URI proxy) {
    return proxy.getPort() >= 0 ? proxy.getPort() : 80;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself fails with the same reason.
  }

  /** Answers the proxy, and nobody else, if a variable holds a user and a password for it. */
  Optional<Authenticator> authenticator() {
    if (byScheme.values().stream().allMatch(proxy -> proxy.getRawUserInfo() == null)) {
      return Optional.empty();
    }
    if (System.getProperty(TUNNEL_SCHEMES) == null) {
      // Java sends no user and password for encrypted sites to a proxy unless told so, and the hub
      // is one. Java reads this once, before its first request.
      System.setProperty(TUNNEL_SCHEMES, "");
    }
    return Optional.of(new ProxyLogin());
  }

  private final class ProxyLogin extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      for (URI proxy : byScheme.values()) {
        if (proxy.getRawUserInfo() != null
            && proxy.getHost().equalsIgnoreCase(getRequestingHost())
            && port(proxy) == getRequestingPort()) {
          String[] login = proxy.getRawUserInfo().split(":", 2);
          return new PasswordAuthentication(
              decoded(login[0]), decoded(login.length < 2 ? "" : login[1]).toCharArray());
        }
      }
      return null;
    }

    private static String decoded(String part) {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
  }
}
