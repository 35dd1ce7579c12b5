package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.FakeHub.Reply;

/** The token reaches the hub and nobody else, and appears in no message. */
class HubTokenTest {
  @TempDir Path folder;
  private final TinyModel model = TinyModel.of(1000);
  private FakeHub hub;
  private FakeHub other;
  private HubSettings settings;

  @BeforeEach
  void start() throws IOException {
    hub = new FakeHub(model);
    other = new FakeHub(model);
    settings = Hubs.settings(hub, folder, "HF_TOKEN", Hubs.TOKEN);
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
    other.close();
  }

  private Path fetch() {
    return new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
  }

  private static List<String> sent(FakeHub server) {
    return server.requests().stream()
        .map(r -> r.headers().get("authorization"))
        .filter(Objects::nonNull)
        .toList();
  }

  @Test
  void theHubGetsItAndTheStoreElsewhereDoesNot() {
    hub.store = other.url();
    model.checkSnapshot(fetch());
    // The list, four small files, and the two redirects to the store.
    assertEquals(List.of("Bearer " + Hubs.TOKEN), sent(hub).stream().distinct().toList());
    assertEquals(TinyModel.WANTED.size() + 1, sent(hub).size());
    assertEquals(2, other.requests().size());
    assertEquals(List.of(), sent(other));
    assertFalse(other.requests().toString().contains("hf_"));
  }

  /** Another name of the same machine and port is another host. */
  @Test
  void anotherNameOfTheSameHostDoesNotGetIt() {
    model.checkSnapshot(fetch());
    assertEquals(
        0,
        hub.requests().stream()
            .filter(r -> r.path().startsWith("/store/"))
            .filter(r -> r.headers().containsKey("authorization"))
            .count());
  }

  @Test
  void aRedirectOfTheListToAnotherHostDoesNotCarryIt() {
    hub.rule = r -> Reply.of(307, new byte[0]).with("Location", other.url() + r.path());
    model.checkSnapshot(fetch());
    assertEquals(List.of(), sent(other));
  }

  @Test
  void itIsInNoMessageAndNoTrace() {
    for (int status : new int[] {400, 401, 403, 404, 429, 503}) {
      hub.rule = r -> Reply.of(status, TinyModel.text(r.headers().toString()));
      InputException e = assertThrows(InputException.class, this::fetch);
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      assertFalse(trace.toString().contains("hf_"), trace.toString());
    }
    assertFalse((settings + " " + settings.token()).contains("hf_"));
  }

  @Test
  void aTokenWithALineBreakInsideIsRefusedUnshown() {
    String broken = Hubs.TOKEN + "\nhf_second";
    InputException e =
        assertThrows(InputException.class, () -> Hubs.settings(hub, folder, "HF_TOKEN", broken));
    assertFalse(e.getMessage().contains("hf_"), e.getMessage());
  }

  @Test
  void theFileThatPythonWritesIsRead() throws IOException {
    Files.writeString(folder.resolve("token"), Hubs.TOKEN + "\n");
    settings = Hubs.settings(hub, folder);
    model.checkSnapshot(fetch());
    assertEquals(TinyModel.WANTED.size() + 1, sent(hub).size());
    settings = Hubs.settings(hub, folder, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    assertFalse(settings.token().present());
  }

  @Test
  void withoutEncryptionItStaysOnThisMachine() {
    HubToken token = HubToken.of(Hubs.TOKEN, "a test");
    for (String address : List.of("http://hub.example", "http://127.example", "http://10.0.0.7")) {
      URI uri = URI.create(address);
      assertTrue(token.header(uri, uri).isEmpty(), address);
    }
    for (String address : List.of("https://hub.example", "http://localhost:8", "http://[::1]:8")) {
      URI uri = URI.create(address);
      assertTrue(token.header(uri, uri).isPresent(), address);
    }
  }

  @Test
  void aGatedModelSaysWhereToAcceptAndWhichTokenCounts() {
    hub.rule =
        r ->
            r.path().contains("/resolve/")
                ? Reply.of(403, new byte[0]).with("X-Error-Code", "GatedRepo")
                : null;
    String message = assertThrows(InputException.class, this::fetch).getMessage();
    assertTrue(message.contains(hub.url() + "/org/tiny"), message);
    assertTrue(message.contains("account that your access token belongs to"), message);
    settings = Hubs.settings(hub, folder);
    message = assertThrows(InputException.class, this::fetch).getMessage();
    assertTrue(message.contains("HF_TOKEN"), message);
    assertTrue(message.contains(folder.resolve("token").toString()), message);
  }

  @Test
  void variablesAreThoseOfPython() {
    Path home = folder;
    Map<String, String> none = Map.of();
    HubSettings plain = HubSettings.of(none, home);
    assertEquals(home.resolve(".cache/huggingface/hub"), plain.cache());
    assertEquals("https://huggingface.co", plain.endpoint().toString());
    assertEquals(
        home.resolve("x/huggingface/hub"),
        HubSettings.of(Map.of("XDG_CACHE_HOME", "~/x"), home).cache());
    assertEquals(
        home.resolve("y/hub"),
        HubSettings.of(Map.of("HF_HOME", "$D/y", "D", "" + home), home).cache());
    assertEquals(
        home.resolve("z"),
        HubSettings.of(Map.of("HF_HOME", "/q", "HF_HUB_CACHE", home + "/z"), home).cache());
    assertTrue(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "yes"), home).offline());
    assertFalse(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0"), home).offline());
    assertThrows(
        InputException.class,
        () -> HubSettings.of(Map.of("HF_ENDPOINT", "ftp://hub.example"), home));
  }

  @Test
  void theEndpointsPortAndHostAreNotMixedUp() {
    URI endpoint = URI.create("https://hub.example");
    assertTrue(HubToken.sameOrigin(URI.create("https://HUB.example:443/x"), endpoint));
    assertFalse(HubToken.sameOrigin(URI.create("http://hub.example/x"), endpoint));
    assertFalse(HubToken.sameOrigin(URI.create("https://hub.example:444/x"), endpoint));
    assertFalse(HubToken.sameOrigin(URI.create("https://hub.example.evil/x"), endpoint));
  }
}
