package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** Pipes, links, folders and devices where a download keeps its files. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class SpecialFilesTest extends FaultyHub {
  /** What a link leads to, which must stay as it is. */
  private Path precious;

  private void put(String kind, Path path) throws IOException, InterruptedException {
    Files.createDirectories(path.getParent());
    precious = Files.writeString(folder.resolve("precious"), "mine");
    switch (kind) {
      case "pipe" -> assertEquals(0, new ProcessBuilder("mkfifo", path + "").start().waitFor());
      case "link" -> Files.createSymbolicLink(path, precious);
      case "dangling" -> Files.createSymbolicLink(path, folder.resolve("absent"));
      case "device" -> Files.createSymbolicLink(path, Path.of("/dev/zero"));
      default -> Files.createDirectories(path);
    }
  }

  private Path inCache(String path) {
    return settings.cache().resolve(path);
  }

  private void refusedUntilDeleted(Path path) throws IOException {
    String sentence = assertThrows(InputException.class, this::fetch).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains(path.toString()), sentence);
    assertEquals("mine", Files.readString(precious));
    assertFalse(Files.exists(folder.resolve("absent")));
    Files.delete(path);
    model.checkSnapshot(fetch());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe", "link", "dangling", "device", "folder"})
  void anUnfinishedFileIsNotOpened(String kind) throws Exception {
    put(kind, part());
    refusedUntilDeleted(part());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe", "link", "dangling", "device", "folder"})
  void aBlobIsNotReplaced(String kind) throws Exception {
    Path blob = inCache("models--org--tiny/blobs/" + model.etag(SHARD));
    put(kind, blob);
    refusedUntilDeleted(blob);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe", "link", "dangling", "device", "folder"})
  void aLockIsNotOpened(String kind) throws Exception {
    Path lock = inCache(".locks/models--org--tiny/" + model.etag(SHARD) + ".lock");
    put(kind, lock);
    refusedUntilDeleted(lock);
  }

  /** A ref is put in place by its name, whatever has that name. */
  @ParameterizedTest
  @ValueSource(strings = {"pipe", "link", "dangling", "device"})
  void aRefIsReplaced(String kind) throws Exception {
    Path ref = inCache("models--org--tiny/refs/main");
    put(kind, ref);
    model.checkSnapshot(fetch());
    assertEquals(TinyModel.COMMIT, Files.readString(ref));
    assertFalse(Files.isSymbolicLink(ref));
    assertEquals("mine", Files.readString(precious));
  }

  /** Behind the link lies a folder with a config.json of the user's own. */
  @Test
  void aSnapshotThatIsALinkIsNotWrittenInto() throws Exception {
    Path own = Files.createDirectories(folder.resolve("own"));
    Files.writeString(own.resolve("config.json"), "mine");
    precious = own.resolve("config.json");
    Path snapshot = inCache("models--org--tiny/snapshots/" + TinyModel.COMMIT);
    Files.createDirectories(snapshot.getParent());
    Files.createSymbolicLink(snapshot, own);
    refusedUntilDeleted(snapshot);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors.index.json"})
  void aPipeInASnapshotIsFetchedAnew(String name) throws Exception {
    Path file = fetch().resolve(name);
    Files.delete(file);
    put("pipe", file);
    assertFalse(new CachedModels(settings).list().get(0).isWhole());
    model.checkSnapshot(fetch());
  }

  @Test
  void aPipeAsModelCardIsNotRead() throws Exception {
    Path card = fetch().resolve("README.md");
    Files.delete(card);
    put("pipe", card);
    assertEquals("not stated", new CachedModels(settings).list().get(0).licence());
  }
}
