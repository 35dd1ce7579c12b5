package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.vlmvisualizer.core.InputException;

/** Each thing that goes wrong on the network, as one sentence with its remedy. */
record HubFaults(HubSettings settings, HubId id) {
  static final String PROXY_LOGIN =
      "The proxy wants a user and a password (407); set HTTPS_PROXY=http://user:password@host:port, or ask your network's administrators.";

  private String host() {
    return settings.endpoint().getHost();
  }

  private String page() {
    return settings.endpoint() + "/" + id.repo();
  }

  /** The cache has no such model, and the network is off limits. */
  InputException offline() {
    return new InputException(
        "Expected %s on disk, since HF_HUB_OFFLINE is set, but %s has no whole copy of it; unset the variable to download it, or copy the cache from a computer that has it."
            .formatted(id, settings.cache()));
  }

  /** A status other than success. */
  InputException status(HubResponse response) {
    return new InputException(sentence(response));
  }

  private String sentence(HubResponse response) {
    String code = response.header("X-Error-Code").orElse("");
    if (code.equals("GatedRepo")) {
      return gated();
    }
    if (code.equals("RevisionNotFound")) {
      return "Expected a revision '%s' of %s, but the hub has none; look at the branches and tags on %s."
          .formatted(id.revision(), id.repo(), page());
    }
    String host = response.address().getHost();
    return switch (response.status()) {
      case 401 -> unauthorized();
      case 403 -> gated();
      case 404 -> missing();
      case 407 -> PROXY_LOGIN;
      case 429 ->
          "The hub at %s takes no more requests from here for now (429)%s; try again later: what was downloaded is kept."
              .formatted(host, waitingTime(response));
      case 500, 502, 503, 504 ->
          "The hub at %s is out of order for now (%d); try again later: what was downloaded is kept."
              .formatted(host, response.status());
      default ->
          "Expected %s from %s, but it answers with status %d; check HF_ENDPOINT and the proxy, or try again later."
              .formatted(id, host, response.status());
    };
  }

  private static String waitingTime(HubResponse response) {
    return response
        .header("Retry-After")
        .map(Retries::retryAfter)
        .filter(wait -> !wait.isZero())
        .map(wait -> " and asks to wait " + Amounts.time(wait.toSeconds()))
        .orElse("");
  }

  private String gated() {
    return "The model %s is gated: its authors set conditions for the download; accept them on %s, %s."
        .formatted(
            id,
            page(),
            settings.token().present()
                ? "with the account that your access token belongs to, and check that the token may read this model"
                : howToSetAToken());
  }

  private String unauthorized() {
    return settings.token().present()
        ? "The hub at %s does not take your access token for %s: the token is not valid, or the model does not exist or is private; check the name on %s and make a new token under %s."
            .formatted(host(), id, page(), tokens())
        : "The hub has no public model %s: check the spelling of the name (there is no folder of that name either), or, if the model is private, %s."
            .formatted(id, howToSetAToken());
  }

  private String howToSetAToken() {
    return "make an access token under %s, and set it as HF_TOKEN or write it into the file %s"
        .formatted(tokens(), settings.tokenFile());
  }

  private String tokens() {
    return settings.endpoint() + "/settings/tokens";
  }

  private String missing() {
    return "Expected a folder or a model on the hub, but there is neither of the name %s; check the spelling on %s."
        .formatted(id, page());
  }

  /** No answer, or one that ended early. */
  InputException network(IOException failure) {
    String reason = String.valueOf(failure.getMessage());
    return reason.contains("407") || reason.contains("authentication attempts")
        ? new InputException(PROXY_LOGIN)
        : new InputException(sentence(failure), failure);
  }

  private String sentence(IOException failure) {
    if (failure instanceof SSLException) {
      return "Expected an encrypted connection to %s, but its certificate or protocol is not accepted; check this computer's clock, and if your network intercepts encrypted connections, add its certificate to Java's with keytool."
          .formatted(host());
    }
    if (failure instanceof HttpTimeoutException
        && !(failure instanceof HttpConnectTimeoutException)) {
      return "The connection to %s fell silent for %d seconds, again and again; check the network and run again: what was downloaded is kept."
          .formatted(host(), settings.stall().toSeconds());
    }
    if (failure instanceof UnknownHostException
        || failure.getCause() instanceof UnresolvedAddressException) {
      return "The name %s is not found on the network; check the connection, HF_ENDPOINT and the proxy, or use a model that is on disk."
          .formatted(host());
    }
    if (failure instanceof ConnectException || failure instanceof HttpTimeoutException) {
      return "The hub at %s cannot be reached; check the network, HF_ENDPOINT and the proxy, or use a model that is on disk."
          .formatted(host());
    }
    return "The connection to %s broke again and again; check the network and run again: what was downloaded is kept."
        .formatted(host());
  }
}
