package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** A download without faults, what it asks, and what it leaves. */
class HubDownloadTest {
  private static final String SHARD = "model-00001-of-00002.safetensors";

  @TempDir Path folder;
  private final TinyModel model = TinyModel.of(200_000);
  private FakeHub hub;
  private HubSettings settings;

  @BeforeEach
  void start() throws IOException {
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

  private Path inCache(String path) {
    return settings.cache().resolve("models--org--tiny").resolve(path);
  }

  /** The golden list was made by huggingface_hub 0.36.2, from a FakeHub, with the same files. */
  @Test
  void layoutIsThatOfPython() throws IOException {
    model.checkSnapshot(fetch());
    String golden;
    try (var in = HubDownloadTest.class.getResourceAsStream("/hub/python-layout.txt")) {
      golden = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    assertEquals(golden, layout(settings.cache()));
  }

  /** Every file of a cache and what it is, sorted. */
  static String layout(Path cache) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> all = Files.walk(cache)) {
      for (Path path : all.filter(p -> !Files.isDirectory(p)).toList()) {
        String name = cache.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
          lines.add(name + " -> " + Files.readSymbolicLink(path));
        } else if (name.contains("/refs/")) {
          lines.add(name + " = " + Files.readString(path));
        } else {
          lines.add(name + " " + Files.size(path));
        }
      }
    }
    return String.join("\n", lines.stream().sorted().toList()) + "\n";
  }

  @Test
  void whatIsOnDiskNeedsNoNetworkAndNoConsent() throws IOException {
    Path first = fetch();
    hub.close();
    Path again = new HubDownload(settings).fetch(Hubs.ID, offer -> false, Progress.NONE);
    assertEquals(first, again);
    HubId pinned = new HubId(TinyModel.REPO, TinyModel.COMMIT);
    assertEquals(first, new HubDownload(settings).fetch(pinned, o -> false, Progress.NONE));
  }

  @Test
  void offlineSaysWhereItLooked() {
    settings = Hubs.settings(hub, folder, "HF_HUB_OFFLINE", "1");
    InputException e = assertThrows(InputException.class, this::fetch);
    assertTrue(e.getMessage().contains("HF_HUB_OFFLINE"), e.getMessage());
    assertTrue(e.getMessage().contains(settings.cache().toString()), e.getMessage());
    assertEquals(List.of(), hub.requests());
  }

  @Test
  void asksBeforeTheFirstByteOfAFile() {
    List<DownloadOffer> offers = new ArrayList<>();
    Consent no =
        offer -> {
          offers.add(offer);
          return false;
        };
    HubDownload download = new HubDownload(settings);
    assertThrows(CancellationException.class, () -> download.fetch(Hubs.ID, no, Progress.NONE));
    assertEquals(1, hub.requests().size());
    long size = TinyModel.WANTED.stream().mapToLong(n -> model.files().get(n).length).sum();
    assertEquals(size, offers.get(0).bytes());
    assertEquals(
        "org/tiny: 400 kB to download, licence: llama2, to " + settings.cache(),
        offers.get(0).text().replaceFirst(" \\(.* free\\)$", ""));
    model.checkWholeOrAbsent(settings.cache());
  }

  @Test
  void resumesWhatAnEarlierRunLeft() throws IOException {
    Path part = inCache("blobs/" + model.etag(SHARD) + ".incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, Arrays.copyOf(model.files().get(SHARD), 150_000));
    model.checkSnapshot(fetch());
    assertEquals(
        List.of("bytes=150000-"),
        hub.requests().stream()
            .filter(r -> r.path().equals("/store/" + SHARD))
            .map(r -> r.headers().get("range"))
            .toList());
  }

  @Test
  void aBrokenRestIsFetchedAnew() throws IOException {
    Path part = inCache("blobs/" + model.etag(SHARD) + ".incomplete");
    Files.createDirectories(part.getParent());
    Files.write(part, new byte[150_000]);
    model.checkSnapshot(fetch());
  }

  @Test
  void onlyOneOfSeveralThreadsDownloads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Path>> paths = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      paths.add(threads.submit(this::fetch));
    }
    for (Future<Path> path : paths) {
      model.checkSnapshot(path.get());
    }
    threads.shutdown();
    assertEquals(2, hub.requests().stream().filter(r -> r.path().contains("/store/")).count());
  }

  @Test
  void progressTellsFileBytesRateAndTimeLeft() {
    hub.rule = r -> r.path().contains("/store/") ? hub.answer(r).slow(20_000, 40) : null;
    List<String> stages = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    Progress progress =
        (stage, done, total) -> {
          stages.add(stage);
          steps.add(done);
          assertEquals(1000, total);
        };
    new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, progress);
    assertTrue(
        stages.stream()
            .anyMatch(
                s -> s.matches("model-0000.*safetensors: \\d+ kB of 200 kB, .+B/s, \\d+ s left")),
        stages.toString());
    assertEquals(steps.stream().sorted().toList(), steps);
  }

  /** Windows without the right to make symbolic links: hard links, which Fiji's users have. */
  @Test
  void withoutSymbolicLinksTheSnapshotHoldsTheFiles() throws IOException {
    fetch();
    HubCache cache =
        new HubCache(
            settings.cache(),
            new HubId(TinyModel.REPO, "other"),
            (link, target) -> {
              throw new java.nio.file.FileSystemException("not allowed");
            });
    List<RepoFile> files =
        TinyModel.WANTED.stream()
            .map(n -> new RepoFile(n, model.files().get(n).length, model.etag(n)))
            .toList();
    String commit = TinyModel.COMMIT.replace('0', 'f');
    Path snapshot = cache.publish(commit, files);
    model.checkSnapshot(snapshot);
    assertFalse(Files.isSymbolicLink(snapshot.resolve(SHARD)));
    assertEquals(snapshot, cache.find().orElseThrow());
    model.checkWholeOrAbsent(settings.cache());
  }

  @Test
  void aPartialSnapshotIsNotTakenForWhole() throws IOException {
    Path snapshot = fetch();
    Files.delete(snapshot.resolve("model-00002-of-00002.safetensors"));
    Files.delete(inCache("blobs/" + model.etag("model-00002-of-00002.safetensors")));
    model.checkSnapshot(fetch());
  }

  /** A mirror whose list has neither sizes nor hashes is asked file by file. */
  @Test
  void aListWithoutHashesIsCompletedByHeadRequests() {
    String bare = hub.info().replaceAll("\"(size|blobId|lfs)\"", "\"x$1\"");
    hub.rule = r -> r.path().contains("/api/") ? FakeHub.Reply.of(200, TinyModel.text(bare)) : null;
    model.checkSnapshot(fetch());
    assertEquals(
        TinyModel.WANTED.size(),
        hub.requests().stream().filter(r -> r.method().equals("HEAD")).count());
  }

  @Test
  void anExistingFolderAndDemoAreNoHubIds() throws IOException {
    assertEquals("demo", HubModels.locate("demo", offer -> false, Progress.NONE));
    String here = folder.toString();
    assertEquals(here, HubModels.locate(here, offer -> false, Progress.NONE));
    assertEquals("target", HubModels.locate("target", offer -> false, Progress.NONE));
    assertEquals("src/main", HubModels.locate("src/main", offer -> false, Progress.NONE));
  }
}
