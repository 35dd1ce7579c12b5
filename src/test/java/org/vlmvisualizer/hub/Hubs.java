package org.vlmvisualizer.hub;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Settings for tests: a hub on this machine, and short waits. */
final class Hubs {
  /** As long as no token of the hub, so that a search for it finds nothing else. */
  static final String TOKEN = "hf_SecretSecretSecretSecretSecretSecr";

  static final HubId ID = new HubId(TinyModel.REPO, "main");
  static final Consent YES = offer -> true;

  private Hubs() {}

  static HubSettings settings(FakeHub hub, Path folder, String... variables) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HF_ENDPOINT", hub.url());
    environment.put("HF_HOME", folder.toString());
    environment.put("HF_HUB_CACHE", folder.resolve("cache").toString());
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return quick(HubSettings.of(environment, folder), Duration.ofMillis(1500));
  }

  static HubSettings quick(HubSettings s, Duration stall) {
    return new HubSettings(
        s.endpoint(),
        s.cache(),
        s.token(),
        s.tokenFile(),
        s.offline(),
        s.proxy(),
        stall,
        Duration.ofMillis(1));
  }
}
