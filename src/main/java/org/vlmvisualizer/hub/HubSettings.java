package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;

/**
 * Where the hub and its cache are: what huggingface_hub reads from the environment.
 *
 * @param endpoint address of the hub, without a slash at the end
 * @param cache the folder with one folder per model
 * @param tokenFile where a token is read from if no variable holds one
 * @param offline whether the network is off limits
 * @param stall how long a connection may stay silent before it is given up
 * @param backoff first pause before a request is sent again; doubles each time
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    HubToken token,
    Path tokenFile,
    boolean offline,
    HubProxy proxy,
    Duration stall,
    Duration backoff) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final Duration BACKOFF = Duration.ofSeconds(1);
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

  /**
   * The settings of the user who runs this program.
   *
   * @throws InputException if a variable cannot be used
   */
  public static HubSettings ofThisUser() {
    return of(System.getenv(), home());
  }

  /** A cache that is there already is read, even where the home folder cannot be written to. */
  private static Path home() {
    try {
      Path home = Path.of(System.getProperty("user.home"));
      return Files.isDirectory(home.resolve(".cache/huggingface")) ? home : UserCache.home();
    } catch (InvalidPathException e) {
      return UserCache.home();
    }
  }

  /**
   * Reads HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE,
   * HF_HUB_DOWNLOAD_TIMEOUT, their older names, and the proxy variables.
   *
   * @throws InputException if one of them cannot be used
   */
  static HubSettings of(Map<String, String> environment, Path home) {
    Variables all = new Variables(environment, home);
    Path base = all.path("XDG_CACHE_HOME", home.resolve(".cache")).resolve("huggingface");
    Path hfHome = all.path("HF_HOME", base);
    Path cache = all.path("HF_HUB_CACHE", all.path("HUGGINGFACE_HUB_CACHE", hfHome.resolve("hub")));
    Path tokenFile = all.path("HF_TOKEN_PATH", hfHome.resolve("token"));
    return new HubSettings(
        endpoint(all.text("HF_ENDPOINT", ENDPOINT)),
        cache,
        token(all, tokenFile),
        tokenFile,
        all.flag("HF_HUB_OFFLINE") || all.flag("TRANSFORMERS_OFFLINE"),
        HubProxy.of(environment),
        all.seconds("HF_HUB_DOWNLOAD_TIMEOUT", STALL),
        BACKOFF);
  }

  private static URI endpoint(String text) {
    try {
      URI uri = new URI(text.replaceAll("/+$", ""));
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null
          && Set.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, without the text: a mistyped address may hold a password.
    }
    throw new InputException(
        "Expected HF_ENDPOINT as the address of a hub, like %s; correct or unset it."
            .formatted(ENDPOINT));
  }

  private static HubToken token(Variables all, Path file) {
    String given = all.text("HF_TOKEN", all.text("HUGGING_FACE_HUB_TOKEN", ""));
    if (!given.isBlank()) {
      return HubToken.of(given, "the variable HF_TOKEN");
    }
    if (all.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN") || !Files.isRegularFile(file)) {
      return HubToken.NONE;
    }
    try {
      return HubToken.of(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new InputException(
          "Expected an access token in %s, but the file cannot be read; correct or remove it."
              .formatted(file),
          e);
    }
  }

  /** The environment, with the spellings that Python takes. An empty variable counts as unset. */
  private record Variables(Map<String, String> environment, Path home) {
    String text(String key, String byDefault) {
      String value = environment.get(key);
      return value == null || value.isBlank() ? byDefault : value.strip();
    }

    boolean flag(String key) {
      return TRUE.contains(text(key, "").toUpperCase(Locale.ROOT));
    }

    Duration seconds(String key, Duration byDefault) {
      String value = text(key, "");
      if (value.isEmpty()) {
        return byDefault;
      }
      if (!value.matches("[1-9]\\d{0,5}")) {
        throw new InputException(
            "Expected " + key + " in whole seconds, found '" + Printable.of(value) + "'.");
      }
      return Duration.ofSeconds(Long.parseLong(value));
    }

    /** A folder or file; ~ and $VARIABLE stand for what they stand for in a shell. */
    Path path(String key, Path byDefault) {
      String value = text(key, "");
      if (value.isEmpty()) {
        return byDefault;
      }
      Matcher variable = VARIABLE.matcher(value.replaceFirst("^~(?=$|[/\\\\])", quoted(home)));
      String expanded =
          variable.replaceAll(
              m -> {
                String name = m.group(1) != null ? m.group(1) : m.group(2);
                String known = environment.get(name);
                return Matcher.quoteReplacement(known != null ? known : m.group());
              });
      try {
        return Path.of(expanded).toAbsolutePath();
      } catch (InvalidPathException e) {
        throw new InputException(
            "Expected " + key + " as a path, found '" + Printable.of(value) + "'.", e);
      }
    }

    private static String quoted(Path path) {
      return Matcher.quoteReplacement(path.toString());
    }
  }
}
