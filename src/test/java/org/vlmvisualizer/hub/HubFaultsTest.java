package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.hub.FakeHub.Reply;

/**
 * Faults while bytes come, injected on a loopback socket. After each, every file is whole or
 * absent, and the next run finishes.
 */
class HubFaultsTest extends FaultyHub {
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

  /** Always the same half: no progress after the first time. */
  @Test
  @Timeout(60)
  void aServerWithoutRangesThatAlwaysBreaksIsLeft() throws IOException {
    hub.rule =
        r -> r.path().endsWith("/store/" + SHARD) ? Reply.of(200, shard()).cutAt(100_000) : null;
    InputException e = assertThrows(InputException.class, this::fetch);
    assertTrue(e.getMessage().contains("broke again and again"), e.getMessage());
    assertTrue(asked() <= 7, asked() + " requests");
    assertTrue(Files.size(part()) > 90_000, "kept " + Files.size(part()));
    hub.rule = r -> null;
    model.checkSnapshot(fetch());
  }

  @Test
  @Timeout(60)
  void aServerThatRefusesRangesAndAlwaysBreaksIsLeft() {
    hub.rule =
        r -> {
          boolean first = !r.headers().containsKey("range");
          Reply reply = first ? Reply.of(200, shard()).cutAt(100_000) : Reply.of(416, new byte[0]);
          return r.path().endsWith("/store/" + SHARD) ? reply : null;
        };
    failsThenFinishes();
    assertTrue(asked() < 20, asked() + " requests");
  }

  /** Each time a little more, from the start: every byte is written once. */
  @Test
  @Timeout(60)
  void aServerWithoutRangesThatGetsFurtherIsWaitedFor() {
    int[] cut = {0};
    hub.rule =
        r ->
            r.path().endsWith("/store/" + SHARD)
                ? Reply.of(200, shard()).cutAt(cut[0] += 10_000)
                : null;
    model.checkSnapshot(fetch());
    assertTrue(asked() > 20, asked() + " requests");
  }

  private long asked() {
    return hub.requests().stream().filter(r -> r.path().endsWith("/store/" + SHARD)).count();
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
}
