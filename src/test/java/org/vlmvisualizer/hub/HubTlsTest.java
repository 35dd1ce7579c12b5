package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Encryption that cannot be trusted, or is taken away. */
class HubTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path folder;

  /** As behind a firewall that opens encrypted connections with a certificate of its own. */
  @Test
  void aCertificateThatNobodyKnowsIsRefusedWithARemedy() throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
    server.start();
    try {
      Map<String, String> environment =
          Map.of(
              "HF_ENDPOINT",
              "https://localhost:" + server.getAddress().getPort(),
              "HF_TOKEN",
              Hubs.TOKEN);
      HubDownload download = new HubDownload(HubSettings.of(environment, folder));
      String message =
          assertThrows(InputException.class, () -> download.fetch(Hubs.ID, Hubs.YES, Progress.NONE))
              .getMessage();
      assertTrue(message.contains("certificate") && message.contains("keytool"), message);
    } finally {
      server.stop(0);
    }
  }

  private SSLContext selfSigned() throws Exception {
    Path store = folder.resolve("keys.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            keytool.toString(),
            "-genkeypair",
            "-alias",
            "x",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, process.waitFor());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void aRedirectNeverTakesTheEncryptionAway() {
    URI hub = URI.create("https://hub.example/a/b");
    assertEquals("https://hub.example/c", HubHttp.target(hub, "/c").toString());
    assertEquals("https://s.example/c", HubHttp.target(hub, "https://s.example/c").toString());
    assertThrows(InputException.class, () -> HubHttp.target(hub, "http://hub.example/c"));
    assertThrows(InputException.class, () -> HubHttp.target(hub, "http://s.example/c"));
  }
}
