package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vlmvisualizer.core.InputException;

/**
 * Requests over the JDK's HTTP client. Redirects are followed here and not by the client, so that
 * each hop is decided on anew: whether it may carry the token, and whether it is safe at all.
 */
final class HubHttp {
  private static final int MAX_REDIRECTS = 10;

  private final HubSettings settings;
  private final HttpClient client;

  HubHttp(HubSettings settings) {
    this.settings = settings;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.stall())
            .proxy(settings.proxy());
    settings.proxy().authenticator().ifPresent(builder::authenticator);
    client = builder.build();
  }

  /**
   * Sends a request and waits for the head of the answer.
   *
   * @param elsewhere whether to follow a redirect to another host; if not, the redirect itself is
   *     the answer
   * @param alive called at least every 100 ms; may throw to stop
   * @throws InputException if a redirect is not to be followed
   * @throws IOException if there is no answer
   */
  HubResponse send(
      String method, URI address, Map<String, String> headers, boolean elsewhere, Runnable alive)
      throws IOException {
    URI at = address;
    for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
      HubResponse response = exchange(method, at, headers, alive);
      if (!response.isRedirect()) {
        return response;
      }
      URI next = target(at, response.header("Location").orElseThrow());
      if (!elsewhere && !HubToken.sameOrigin(at, next)) {
        return response;
      }
      response.close();
      at = next;
    }
    throw new InputException(
        "Expected an answer from %s, but it redirects too many times; try again later, or check HF_ENDPOINT (of a package index, its address) and the proxy."
            .formatted(address.getHost()));
  }

  /**
   * Where a redirect leads.
   *
   * @throws InputException if that is no web address, or less safe than the one before
   */
  static URI target(URI from, String location) {
    try {
      URI next = from.resolve(new URI(location));
      String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
      boolean safe = scheme.equals("https") || scheme.equals(from.getScheme());
      if (next.getHost() != null && next.getUserInfo() == null && safe) {
        return next;
      }
    } catch (URISyntaxException e) {
      // Told below: the text is the server's, and may hold a signed address.
    }
    throw new InputException(
        "Expected %s to redirect to an encrypted web address, but it does not; check HF_ENDPOINT (of a package index, its address) and the proxy."
            .formatted(from.getHost()));
  }

  private HubResponse exchange(
      String method, URI address, Map<String, String> headers, Runnable alive) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(settings.stall())
            .header("User-Agent", "vlm-visualizer-fiji")
            // The bytes as they are stored: their number and hash are checked.
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    settings
        .token()
        .header(address, settings.endpoint())
        .ifPresent(value -> request.header("Authorization", value));
    CompletableFuture<HttpResponse<ByteFlow>> answer =
        client.sendAsync(request.build(), head -> new ByteFlow());
    boolean arrived = false;
    try {
      HubResponse response = new HubResponse(await(answer, alive), settings.stall());
      arrived = true;
      return response;
    } finally {
      if (!arrived) {
        answer.cancel(true);
        answer.thenAccept(late -> late.body().close());
      }
    }
  }

  private static HttpResponse<ByteFlow> await(
      CompletableFuture<HttpResponse<ByteFlow>> answer, Runnable alive) throws IOException {
    while (true) {
      alive.run();
      try {
        return answer.get(ByteFlow.SLICE, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        continue;
      } catch (InterruptedException e) {
        throw Interruptible.cancelled();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      }
    }
  }
}
