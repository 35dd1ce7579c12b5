package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Mutator;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** What is in the cache, and what is left of it when a model is removed. */
class CachedModelsTest {
  private static final String OTHER = "f".repeat(40);

  @TempDir Path home;
  private FakeHub hub;
  private CachedModels models;
  private Path folder;

  @BeforeEach
  void download() throws IOException {
    hub = new FakeHub(TinyModel.of(2000));
    HubSettings settings = Hubs.settings(hub, home);
    new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
    models = new CachedModels(settings);
    folder = settings.cache().resolve("models--org--tiny");
  }

  @AfterEach
  void close() throws IOException {
    hub.close();
  }

  /** Another revision, which has one file of its own and shares the others. */
  private Path addRevision() throws IOException {
    Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve(OTHER));
    for (Path link : CachedModels.children(first(), Files::isRegularFile)) {
      if (!link.endsWith("config.json")) {
        Files.createSymbolicLink(
            snapshot.resolve(link.getFileName()), Files.readSymbolicLink(link));
      }
    }
    Files.writeString(folder.resolve("blobs/abc"), "{\"model_type\": \"other\"}");
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/abc"));
    Files.writeString(folder.resolve("refs/next"), OTHER);
    return snapshot;
  }

  private Path first() {
    return folder.resolve("snapshots").resolve(TinyModel.COMMIT);
  }

  private String refusal(CachedModel model) {
    String sentence = assertThrows(InputException.class, () -> models.remove(model)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void tellsNameSizeAndLicence() {
    CachedModel model = models.list().get(0);
    assertEquals("org/tiny", model.name());
    assertEquals("llama2", model.licence());
    assertEquals(first(), model.folder());
    assertTrue(model.isWhole());
    assertTrue(model.bytes() > 4000 && model.bytes() < 5000, model.toString());
    assertEquals(first(), models.find("org/tiny").orElseThrow());
    assertTrue(models.find("org/absent").isEmpty());
    assertTrue(models.find("no hub id").isEmpty());
  }

  @Test
  void anEmptyOrAbsentCacheHoldsNothing() throws IOException {
    HubSettings absent = Hubs.settings(hub, home.resolve("absent"));
    assertEquals(List.of(), new CachedModels(absent).list());
    Files.createDirectories(absent.cache().resolve("models--"));
    Files.createDirectories(absent.cache().resolve("models--gpt2/snapshots"));
    Files.createDirectories(absent.cache().resolve("datasets--org--pictures/snapshots"));
    assertEquals(List.of(), new CachedModels(absent).list());
  }

  @Test
  void theLastRevisionTakesTheFolderWithIt() {
    long freed = models.remove(models.list().get(0));
    assertTrue(freed > 4000, "" + freed);
    assertFalse(Files.exists(folder));
    assertEquals(List.of(), models.list());
  }

  @Test
  void aRevisionLeavesWhatAnotherNeeds() throws IOException {
    Path other = addRevision();
    List<CachedModel> all = models.list();
    assertEquals(
        List.of("org/tiny", "org/tiny@next"), all.stream().map(CachedModel::name).toList());
    long freed = models.remove(all.get(0));
    assertEquals(23, freed, "its own config.json");
    assertFalse(Files.exists(first()));
    assertFalse(Files.exists(folder.resolve("refs/main")));
    assertTrue(Snapshot.isWhole(other));
    assertEquals("org/tiny@next", models.list().get(0).name());
  }

  @Test
  void nothingOutsideIsTouched() throws IOException {
    Path precious = Files.writeString(home.resolve("precious"), "mine");
    Path dear = Files.createDirectories(home.resolve("dear"));
    Files.writeString(dear.resolve("thesis"), "mine");
    Files.createSymbolicLink(first().resolve("extra.bin"), precious);
    Files.createSymbolicLink(first().resolve("more"), dear);
    addRevision();
    models.remove(models.list().get(0));
    models.remove(models.list().get(0));
    assertFalse(Files.exists(folder));
    assertEquals("mine", Files.readString(precious));
    assertEquals("mine", Files.readString(dear.resolve("thesis")));
  }

  @Test
  void aFolderThatIsALinkIsRefused() throws IOException {
    Path elsewhere = home.resolve("elsewhere");
    Files.move(folder, elsewhere);
    Files.createSymbolicLink(folder, elsewhere);
    assertTrue(refusal(models.list().get(0)).contains("found a link"));
    assertTrue(Files.exists(elsewhere.resolve("refs/main")));
  }

  @Test
  void aModelThatIsBeingDownloadedIsRefused() {
    Path lock = folder.resolveSibling(".locks").resolve(folder.getFileName()).resolve("more.lock");
    try (CacheLock held = CacheLock.take(lock, () -> {})) {
      assertTrue(refusal(models.list().get(0)).contains("another program is"));
    }
    assertTrue(models.list().get(0).isWhole());
  }

  @Test
  void whatIsGoneAlreadyIsSaid() {
    CachedModel model = models.list().get(0);
    models.remove(model);
    refusal(model);
  }

  @Test
  void anUnfinishedDownloadIsListedAndRemoved() throws IOException {
    Path part = home.resolve("cache/models--org--half/blobs");
    Files.createDirectories(part);
    Files.writeString(part.resolve("abc.incomplete"), "half");
    CachedModel half = models.list().get(0);
    assertEquals("org/half", half.name());
    assertFalse(half.isWhole());
    assertEquals(4, models.remove(half));
    assertFalse(Files.exists(part.getParent()));
  }

  /** Names that no file can have; such an index is that of no whole model. */
  @ParameterizedTest
  @ValueSource(strings = {"a\\u0000b", "a\\ud800b", "../x", "..", "", "C:x", "a\\u0007"})
  void anIndexWithImpossibleNamesIsThatOfNoModel(String shard) throws IOException {
    addRevision();
    Path index = first().resolve("model.safetensors.index.json");
    Files.delete(index);
    Files.writeString(index, "{\"weight_map\": {\"a\": \"" + shard + "\"}}");
    List<CachedModel> all = models.list();
    assertEquals("not downloaded to its end", all.get(0).problem());
    assertEquals(2, all.size());
  }

  @Test
  void aRefThatIsNoTextNamesNothing() throws IOException {
    Files.write(folder.resolve("refs/main"), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
    assertEquals("org/tiny@" + TinyModel.COMMIT, models.list().get(0).name());
    assertTrue(models.find("org/tiny").isEmpty());
    models.remove(models.list().get(0));
    assertEquals(List.of(), models.list());
  }

  /** A damaged ref is written anew. */
  @Test
  void aRefThatIsNoTextIsFetchedAgain() throws IOException {
    Files.write(folder.resolve("refs/main"), new byte[] {(byte) 0xff});
    new HubDownload(Hubs.settings(hub, home)).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
    assertEquals(TinyModel.COMMIT, Files.readString(folder.resolve("refs/main")));
  }

  /** 300 MB on one line, of which some kilobytes are read. */
  @Test
  void aModelCardIsReadWithABound() throws IOException {
    Path card = first().resolve("README.md");
    Files.delete(card);
    Files.writeString(card, "---\nlicense: mit\n");
    try (RandomAccessFile file = new RandomAccessFile(card.toFile(), "rw")) {
      file.setLength(300_000_000);
    }
    Mutator.bounded("the list", () -> assertEquals("mit", models.list().get(0).licence()));
    Files.writeString(card, "---\nlicense: a" + " ".repeat(60_000) + "b\n---");
    Mutator.bounded("a long line", () -> assertEquals("not stated", ModelCard.licence(first())));
  }

  @ParameterizedTest
  @CsvSource({
    "'---|license: apache-2.0|tags:|- license|---|license: mit', apache-2.0",
    "'---|license: other|license_name: llava-licence  # theirs|---', llava-licence",
    "'---|license:|- mit|- cc-by-4.0|datasets:|- x|---', 'mit, cc-by-4.0'",
    "'---|license: [\"mit\", \"gpl\"]|---', 'mit, gpl'",
    "'# Tiny|license: mit', not stated",
    "'', not stated"
  })
  void readsTheLicenceOfAModelCard(String card, String licence) throws IOException {
    Files.writeString(home.resolve("README.md"), card.replace('|', '\n'));
    assertEquals(licence, ModelCard.licence(home));
  }
}
