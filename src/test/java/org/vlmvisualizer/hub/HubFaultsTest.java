package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.FakeHub.Reply;

/**
 * Faults of network and server, injected on a loopback socket. After each, every file is whole or
 * absent, and the next run finishes.
 */
class HubFaultsTest {
  private static final String SHARD = "model-00002-of-00002.safetensors";

  @TempDir Path folder;
  private TinyModel model = TinyModel.of(200_000);
  private FakeHub hub;
  private HubSettings settings;

  @BeforeEach
  void start() throws IOException {
    use(model);
  }

  private void use(TinyModel other) throws IOException {
    if (hub != null) {
      hub.close();
    }
    model = other;
    hub = new FakeHub(model);
    settings = Hubs.settings(hub, folder);
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
  }

  private Path fetch() {
    return new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
  }

  private Path part() {
    return settings.cache().resolve("models--org--tiny/blobs/" + model.etag(SHARD) + ".incomplete");
  }

  private byte[] shard() {
    return model.files().get(SHARD);
  }

  /** A sentence now, whole files in the cache, and success as soon as the fault is gone. */
  private String failsThenFinishes() {
    InputException e = assertThrows(InputException.class, this::fetch);
    model.checkWholeOrAbsent(settings.cache());
    hub.rule = request -> null;
    model.checkSnapshot(fetch());
    return e.getMessage();
  }

  @Test
  void aConnectionCutAtAnyByteOfAFileIsResumed() throws IOException {
    use(TinyModel.of(60));
    int length = Reply.of(200, shard()).head().length + shard().length;
    for (int cut = 0; cut < length; cut++) {
      settings = Hubs.settings(hub, folder.resolve("cut" + cut));
      hub.failing("/store/" + SHARD, Reply.of(200, shard()).cutAt(cut));
      model.checkSnapshot(fetch());
      model.checkWholeOrAbsent(settings.cache());
      assertFalse(Files.exists(part()));
    }
  }

  @Test
  void aConnectionCutAtAnyByteOfTheListIsAskedAgain() throws IOException {
    use(TinyModel.of(10));
    Reply list = Reply.of(200, TinyModel.text(hub.info()));
    int length = list.head().length + list.body().length;
    for (int cut = 0; cut < length; cut += 61) {
      settings = Hubs.settings(hub, folder.resolve("cut" + cut));
      hub.failing("/api/", list.cutAt(cut));
      model.checkSnapshot(fetch());
    }
  }

  /** One byte a connection, 150 times: as long as something comes, it goes on. */
  @Test
  void manyShortBreaksDoNotEndADownload() throws IOException {
    use(TinyModel.of(150));
    hub.rule =
        request -> {
          Reply whole = hub.answer(request);
          return request.path().contains("/store/") ? whole.cutAt(whole.head().length + 1) : whole;
        };
    model.checkSnapshot(fetch());
  }

  @Test
  void aConnectionThatAlwaysBreaksEndsAndKeepsWhatCame() throws IOException {
    hub.rule =
        r -> {
          boolean first = !r.headers().containsKey("range");
          Reply cut = Reply.of(200, shard()).cutAt(first ? 100_000 : 0);
          return r.path().endsWith("/store/" + SHARD) ? cut : null;
        };
    InputException e = assertThrows(InputException.class, this::fetch);
    assertTrue(e.getMessage().contains("broke again and again"), e.getMessage());
    assertTrue(Files.size(part()) > 90_000, "kept " + Files.size(part()));
    hub.rule = r -> null;
    model.checkSnapshot(fetch());
  }

  @Test
  void aWrongLengthIsRefused() {
    for (long claimed : new long[] {0, 1, 199_999, 200_001, 1L << 50}) {
      Reply wrong = Reply.of(200, shard()).claiming(claimed);
      hub.failing("/store/" + SHARD, wrong, wrong);
      String message = failsThenFinishes();
      assertTrue(message.contains(claimed + " bytes in the answer"), message);
      settings = Hubs.settings(hub, folder.resolve("after" + claimed));
    }
  }

  @Test
  void anAnswerThatEndsEarlyWithoutALengthIsResumed() {
    hub.failing("/store/" + SHARD, Reply.of(200, Arrays.copyOf(shard(), 70_000)).claiming(-1));
    model.checkSnapshot(fetch());
  }

  @Test
  void anEndlessBodyIsRefusedAtTheFirstByteTooMany() {
    Reply endless = Reply.of(200, new byte[50_000_000]).claiming(-1);
    hub.failing("/store/" + SHARD, endless, endless);
    String message = failsThenFinishes();
    assertTrue(message.contains("more bytes than the 200000 announced"), message);
  }

  @Test
  void aWrongHashIsTriedOnceMoreAndThenDeleted() {
    byte[] wrong = shard().clone();
    wrong[77]++;
    hub.failing("/store/" + SHARD, Reply.of(200, wrong));
    model.checkSnapshot(fetch());

    settings = Hubs.settings(hub, folder.resolve("again"));
    hub.failing("/store/" + SHARD, Reply.of(200, wrong), Reply.of(200, wrong));
    String message = failsThenFinishes();
    assertTrue(message.contains(model.etag(SHARD)), message);
    assertFalse(Files.exists(part()));
  }

  @Test
  void aWrongHashOfASmallFileIsFoundToo() {
    Reply wrong = Reply.of(200, TinyModel.text("{\"model\": {]}"));
    hub.failing("/tokenizer.json", wrong, wrong);
    assertTrue(failsThenFinishes().contains("tokenizer.json"));
  }

  @Test
  void aCompressedAnswerIsRefused() {
    Reply zip = Reply.of(200, shard()).with("Content-Encoding", "gzip");
    hub.failing("/store/" + SHARD, zip, zip);
    assertTrue(failsThenFinishes().contains("gzip"));
  }

  @Test
  void aServerWithoutRangesSendsFromTheStart() {
    hub.failing("/store/" + SHARD, Reply.of(200, shard()).cutAt(100_000), Reply.of(200, shard()));
    model.checkSnapshot(fetch());
  }

  @Test
  void aRangeFromTheWrongPlaceIsNotAppended() {
    hub.failing(
        "/store/" + SHARD,
        Reply.of(200, shard()).cutAt(100_000),
        Reply.of(206, shard()).with("Content-Range", "bytes 0-199999/200000"));
    model.checkSnapshot(fetch());
  }

  @Test
  void aRangeThatTheServerDoesNotHaveBeginsAnew() {
    hub.failing(
        "/store/" + SHARD, Reply.of(200, shard()).cutAt(100_000), Reply.of(416, new byte[0]));
    model.checkSnapshot(fetch());
  }

  /** 200 kB in 2.5 s, which is longer than the longest silence: slow is no fault. */
  @Test
  void aSlowDripIsWaitedFor() {
    hub.failing("/store/" + SHARD, Reply.of(200, shard()).slow(4000, 50));
    long start = System.nanoTime();
    model.checkSnapshot(fetch());
    assertTrue(System.nanoTime() - start > 2_000_000_000L);
  }

  @Test
  void silenceIsGivenUpAndResumed() {
    settings = Hubs.quick(settings, Duration.ofMillis(300));
    hub.failing("/store/" + SHARD, Reply.of(200, shard()).slow(100_000, 3000));
    long start = System.nanoTime();
    model.checkSnapshot(fetch());
    assertTrue(System.nanoTime() - start < 3_000_000_000L);
  }

  @Test
  void silenceThatStaysEndsWithASentence() {
    settings = Hubs.quick(settings, Duration.ofMillis(150));
    hub.rule = r -> r.path().contains("/api/") ? hub.answer(r).slow(1, 5000) : null;
    String message = failsThenFinishes();
    assertTrue(message.contains("fell silent"), message);
  }

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
    assertTrue(failsThenFinishes().contains("on and on"));
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

  @Test
  void aCancelAtAnyMomentLeavesAResumableState() {
    settings = Hubs.quick(settings, Duration.ofSeconds(5));
    hub.rule = r -> hub.answer(r).slow(5_000, 15);
    int cancelled = 0;
    for (int after = 0; ; after++) {
      int[] left = {after};
      try {
        new HubDownload(settings)
            .fetch(
                Hubs.ID,
                Hubs.YES,
                (stage, done, total) -> {
                  if (left[0]-- == 0) {
                    throw new CancellationException();
                  }
                });
        break;
      } catch (CancellationException e) {
        cancelled++;
        model.checkWholeOrAbsent(settings.cache());
      }
    }
    assertTrue(cancelled >= 3, "cancelled " + cancelled);
    hub.rule = r -> null;
    model.checkSnapshot(fetch());
  }

  /** A silent server does not keep the user from cancelling. */
  @Test
  void aCancelIsHeardWhileNothingComes() {
    settings = Hubs.quick(settings, Duration.ofSeconds(30));
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(50_000, 20_000) : null;
    long[] cancelledAt = {0};
    long start = System.nanoTime();
    assertThrows(
        CancellationException.class,
        () ->
            new HubDownload(settings)
                .fetch(
                    Hubs.ID,
                    Hubs.YES,
                    (stage, done, total) -> {
                      if (System.nanoTime() - start > 1_000_000_000L) {
                        cancelledAt[0] = System.nanoTime();
                        throw new CancellationException();
                      }
                    }));
    assertTrue(System.nanoTime() - start < 1_500_000_000L);
    model.checkWholeOrAbsent(settings.cache());
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
