package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.hub.FakeHub.Reply;

/** Answers of a hub that refuses, is overloaded, broken, or means harm. */
class HubAnswersTest extends FaultyHub {
  @Test
  void retryAfterIsWaitedFor() {
    hub.failing("/store/" + SHARD, Reply.of(429, new byte[0]).with("Retry-After", "1"));
    long start = System.nanoTime();
    model.checkSnapshot(fetch());
    assertTrue(System.nanoTime() - start >= 1_000_000_000L);
  }

  @Test
  void retryAfterOfAnHourIsToldAtOnce() {
    hub.failing("/store/" + SHARD, Reply.of(429, new byte[0]).with("Retry-After", "3600"));
    String message = failsThenFinishes();
    assertTrue(message.contains("60 min"), message);
  }

  @Test
  void retryAfterMayBeADate() {
    String date =
        ZonedDateTime.now(ZoneOffset.UTC)
            .plusSeconds(100)
            .format(DateTimeFormatter.RFC_1123_DATE_TIME);
    long seconds = Retries.retryAfter(date).toSeconds();
    assertTrue(seconds > 95 && seconds <= 100, date + " " + seconds);
    assertEquals(Duration.ZERO, Retries.retryAfter("soon"));
    assertEquals(Duration.ZERO, Retries.retryAfter("Wed, 21 Oct 2015 07:28:00 GMT"));
  }

  @Test
  void anOverloadedHubIsAskedAgain() {
    Reply busy = Reply.of(503, TinyModel.text("busy"));
    hub.failing("/", busy, busy);
    model.checkSnapshot(fetch());
  }

  @ParameterizedTest
  @CsvSource({
    "401, '', no public model",
    "401, GatedRepo, accept them on",
    "403, GatedRepo, accept them on",
    "403, '', accept them on",
    "404, '', check the spelling",
    "404, RevisionNotFound, Expected a revision 'main'",
    "407, '', HTTPS_PROXY",
    "429, '', takes no more requests",
    "503, '', out of order",
    "500, '', out of order",
    "418, '', status 418"
  })
  void eachStatusHasItsOwnSentence(int status, String code, String expected) {
    Reply reply = Reply.of(status, new byte[10]);
    Reply fault = code.isEmpty() ? reply : reply.with("X-Error-Code", code);
    hub.rule = r -> r.path().contains("/api/") ? fault : null;
    String message = failsThenFinishes();
    assertTrue(message.contains(expected), message);
    settings = Hubs.settings(hub, folder.resolve("file"));
    hub.rule = r -> r.path().contains("/resolve/") ? fault : null;
    assertTrue(failsThenFinishes().contains(expected));
  }

  @Test
  void anUnreachableHubIsSaidSoAtOnce() throws IOException {
    hub.close();
    String refused = assertThrows(InputException.class, this::fetch).getMessage();
    assertTrue(refused.contains("cannot be reached"), refused);
    settings =
        Hubs.settings(hub, folder, "HF_ENDPOINT", "http://no-such-host.invalid", "NO_PROXY", "*");
    String unknown = assertThrows(InputException.class, this::fetch).getMessage();
    assertTrue(unknown.contains("no-such-host.invalid is not found"), unknown);
  }

  /** A server that speaks no TLS where TLS is wanted. */
  @Test
  void aBrokenEncryptionIsSaidSo() {
    settings = Hubs.settings(hub, folder, "HF_ENDPOINT", hub.url().replace("http:", "https:"));
    String message = assertThrows(InputException.class, this::fetch).getMessage();
    assertTrue(message.contains("certificate"), message);
  }

  @Test
  void redirectsInCirclesEnd() {
    hub.rule = r -> Reply.of(302, new byte[0]).with("Location", r.path());
    assertTrue(failsThenFinishes().contains("redirects too many times"));
    assertTrue(hub.requests().size() < 30);
  }

  @ParameterizedTest
  @CsvSource({
    "file:///etc/passwd",
    "'ht tp://x'",
    "ftp://localhost/x",
    "http://user:pw@localhost/"
  })
  void redirectsToOddPlacesAreRefused(String location) {
    hub.rule = r -> Reply.of(302, new byte[0]).with("Location", location);
    String message = failsThenFinishes();
    assertTrue(message.contains("encrypted web address"), message);
    assertFalse(message.contains("pw"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "../../evil.json",
    "/etc/evil.json",
    "a\\\\..\\\\evil.json",
    "a/../../x",
    "n\\u0000.json"
  })
  void namesThatLeaveTheFolderAreRefusedByName(String name) {
    String list = hub.info().replace("sub/config.json", name);
    hub.failing("/api/", Reply.of(200, TinyModel.text(list)));
    String message = failsThenFinishes();
    assertTrue(message.contains("names of files within org/tiny"), message);
  }

  /** The name of a blob is made of it. */
  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "/etc/evil", "con", "0123", ""})
  void hashesThatAreNoneAreRefused(String etag) {
    String list =
        hub.info().replaceAll("\"(blobId|sha256)\":\"[0-9a-f]+\"", "\"$1\":\"" + etag + "\"");
    hub.rule =
        r ->
            r.method().equals("HEAD")
                ? Reply.of(200, new byte[10]).with("ETag", "\"" + etag + "\"")
                : r.path().contains("/api/") ? Reply.of(200, TinyModel.text(list)) : null;
    String message = failsThenFinishes();
    assertTrue(message.contains("Expected size and hash of"), message);
  }

  @Test
  void listsThatAreNoneAreRefused() {
    String huge = "[".repeat(2_000_000);
    for (String body : new String[] {"", "<html>", "[]", "{\"sha\": 5}", huge, "{\"sha\": null}"}) {
      hub.failing("/api/", Reply.of(200, TinyModel.text(body)));
      String message = failsThenFinishes();
      assertTrue(message.contains("Expected the list of files"), message);
      settings = Hubs.settings(hub, folder.resolve("after" + body.length()));
    }
    hub.failing("/api/", Reply.of(200, new byte[17 << 20]).claiming(-1));
    assertTrue(failsThenFinishes().contains("at most 16 MB"));
  }

  @Test
  void sizesThatLieAreFoundOut() {
    for (String size : new String[] {"199999", "200001", "9000000000000"}) {
      String list = hub.info().replace("200000", size);
      hub.failing("/api/", Reply.of(200, TinyModel.text(list)));
      settings = Hubs.settings(hub, folder.resolve(size));
      failsThenFinishes();
    }
  }

  @Test
  void aDiskWithoutRoomIsSaidSoBeforeTheDownload() {
    String list = hub.info().replace("200000", "9000000000000");
    hub.failing("/api/", Reply.of(200, TinyModel.text(list)));
    String message = failsThenFinishes();
    assertTrue(message.contains("Expected room for 18 TB"), message);
  }
}
