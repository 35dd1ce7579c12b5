package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.FakeHub.Reply;

/** Proxies by the variables that command-line tools read. */
class HubProxyTest {
  @TempDir Path folder;

  private static Proxy.Type chosen(String address, String... variables) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return HubProxy.of(environment).select(URI.create(address)).get(0).type();
  }

  @Test
  void variablesDecide() {
    String hub = "https://hub.example/x";
    assertEquals(Proxy.Type.DIRECT, chosen(hub));
    assertEquals(Proxy.Type.HTTP, chosen(hub, "HTTPS_PROXY", "http://proxy.example:3128"));
    assertEquals(Proxy.Type.HTTP, chosen(hub, "https_proxy", "proxy.example:3128"));
    assertEquals(Proxy.Type.HTTP, chosen(hub, "ALL_PROXY", "http://proxy.example"));
    assertEquals(Proxy.Type.DIRECT, chosen(hub, "HTTP_PROXY", "http://proxy.example"));
    for (String none : new String[] {"*", "hub.example", ".example", "a, example"}) {
      assertEquals(
          Proxy.Type.DIRECT, chosen(hub, "HTTPS_PROXY", "http://p.example:1", "NO_PROXY", none));
    }
    assertEquals(
        Proxy.Type.HTTP, chosen(hub, "HTTPS_PROXY", "http://p.example:1", "NO_PROXY", "b.example"));
    assertThrows(
        InputException.class, () -> chosen(hub, "HTTPS_PROXY", "socks5://proxy.example:1"));
  }

  /** The proxy sees whole addresses; it plays the hub as well. */
  @Test
  void requestsTakeTheProxyAndItsPassword() throws IOException {
    TinyModel model = TinyModel.of(1000);
    try (FakeHub proxy = new FakeHub(model)) {
      String login =
          "Basic "
              + Base64.getEncoder().encodeToString("me:p@ss".getBytes(StandardCharsets.ISO_8859_1));
      proxy.store = "http://store.invalid";
      proxy.rule =
          r ->
              login.equals(r.headers().get("proxy-authorization"))
                  ? proxy.answer(
                      new FakeHub.Request(
                          r.method(),
                          r.path().replaceFirst("http://\\w+.invalid", ""),
                          r.headers()))
                  : Reply.of(407, new byte[0]).with("Proxy-Authenticate", "Basic realm=\"x\"");
      String address = "127.0.0.1:" + proxy.port();
      HubSettings settings = settings(proxy, "http://me:p%40ss@" + address);
      model.checkSnapshot(fetch(settings));
      assertTrue(proxy.requests().get(0).path().startsWith("http://hub.invalid/api/"));

      HubSettings without = settings(proxy, "http://" + address);
      String message = assertThrows(InputException.class, () -> fetch(without)).getMessage();
      assertTrue(message.contains("(407)"), message);
      HubSettings wrong = settings(proxy, "http://me:wr0ng@" + address);
      message = assertThrows(InputException.class, () -> fetch(wrong)).getMessage();
      assertTrue(message.contains("(407)"), message);
      assertFalse(message.contains("wr0ng"), message);
    }
  }

  private HubSettings settings(FakeHub proxy, String address) {
    Path home = folder.resolve(Integer.toHexString(address.hashCode()));
    return Hubs.settings(
        proxy, home, "HF_ENDPOINT", "http://hub.invalid", "HTTP_PROXY", address, "NO_PROXY", "");
  }

  private static Path fetch(HubSettings settings) {
    return new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
  }
}
