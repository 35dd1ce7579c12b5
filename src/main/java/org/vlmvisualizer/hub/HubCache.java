package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.InputException;

/**
 * The folder of one model in the cache, as huggingface_hub lays it out:
 *
 * <pre>
 * models--org--name/blobs/ETAG             the bytes, named by their hash
 * models--org--name/snapshots/COMMIT/FILE  a link to ../../blobs/ETAG
 * models--org--name/refs/REVISION          the commit that a branch or tag stood for
 * .locks/models--org--name/ETAG.lock       held while a blob is downloaded
 * </pre>
 */
final class HubCache {
  /** Makes a link, as {@link Files#createSymbolicLink} does. */
  @FunctionalInterface
  interface Linker {
    void link(Path link, Path target) throws IOException;
  }

  private final HubId id;
  private final Path folder;
  private final Path locks;
  private final Linker symbolic;

  HubCache(Path cache, HubId id) {
    this(cache, id, Files::createSymbolicLink);
  }

  /**
   * @param symbolic throws where the system has no symbolic links
   */
  HubCache(Path cache, HubId id, Linker symbolic) {
    String name = "models--" + id.repo().replace("/", "--");
    this.id = id;
    this.folder = cache.resolve(name);
    this.locks = cache.resolve(".locks").resolve(name);
    this.symbolic = symbolic;
  }

  private Path blob(RepoFile file) {
    return folder.resolve("blobs").resolve(file.etag());
  }

  /** The files of one commit: those that its snapshot has need not come again. */
  BlobFolder files(String commit) {
    return new BlobFolder() {
      @Override
      public Path blob(RepoFile file) {
        return HubCache.this.blob(file);
      }

      @Override
      public Path lock(RepoFile file) {
        return locks.resolve(file.etag() + ".lock");
      }

      @Override
      public boolean has(RepoFile file) {
        return BlobFolder.super.has(file)
            || BlobFolder.isWhole(snapshot(commit).resolve(file.name()), file);
      }
    };
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** The snapshot of the wanted revision, if all that a model needs is there. Asks nobody. */
  Optional<Path> find() {
    return commit().map(this::snapshot).filter(Snapshot::isWhole);
  }

  private Optional<String> commit() {
    if (HubId.isCommit(id.revision())) {
      return Optional.of(id.revision());
    }
    return commit(ref());
  }

  /** The commit that a ref names; empty if it is no ref. */
  static Optional<String> commit(Path ref) {
    try {
      // Latin-1 has a character for each byte: a text of any other kind is no commit.
      return Files.isRegularFile(ref) && Files.size(ref) < 100
          ? Optional.of(Files.readString(ref, StandardCharsets.ISO_8859_1).strip())
              .filter(HubId::isCommit)
          : Optional.empty();
    } catch (IOException e) {
      throw DiskFaults.read(ref, e);
    }
  }

  private Path ref() {
    return folder.resolve("refs").resolve(id.revision());
  }

  /**
   * Makes the snapshot out of blobs that are all there. The configuration comes last, and then the
   * name of the revision, so that a snapshot which was cut short is not taken for a whole one.
   */
  Path publish(String commit, List<RepoFile> files) {
    Path snapshot = snapshot(commit);
    try {
      Files.createDirectories(snapshot);
      requireNoLink(snapshot);
      List<RepoFile> ordered =
          files.stream()
              .sorted(
                  Comparator.comparingInt(
                      f -> List.of("adapter_config.json", "config.json").indexOf(f.name())))
              .toList();
      for (RepoFile file : ordered) {
        expose(blob(file), snapshot.resolve(file.name()), file);
      }
      writeRef(commit);
      return snapshot;
    } catch (IOException e) {
      throw DiskFaults.write(snapshot.resolve("config.json"), e);
    }
  }

  /** Behind a link lies a folder of the user's, whose files would be replaced. */
  private static void requireNoLink(Path snapshot) {
    if (Files.isSymbolicLink(snapshot)) {
      throw new InputException(
          "Expected %s to be a folder of the cache, found a link to elsewhere; delete the link and run again."
              .formatted(snapshot));
    }
  }

  private void expose(Path blob, Path pointer, RepoFile file) throws IOException {
    if (BlobFolder.isWhole(pointer, file)) {
      return;
    }
    Files.deleteIfExists(pointer);
    try {
      symbolic.link(pointer, pointer.getParent().relativize(blob));
    } catch (FileAlreadyExistsException e) {
      // Another program was faster; both links say the same.
    } catch (FileSystemException | UnsupportedOperationException e) {
      withoutSymbolicLinks(blob, pointer, file);
    }
  }

  /** Windows gives symbolic links to administrators and developers only. */
  private static void withoutSymbolicLinks(Path blob, Path pointer, RepoFile file)
      throws IOException {
    try {
      Files.createLink(pointer, blob);
    } catch (FileAlreadyExistsException e) {
      // Another program was faster.
    } catch (IOException | UnsupportedOperationException e) {
      if (!BlobFolder.isWhole(pointer, file)) {
        Files.move(blob, pointer, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private void writeRef(String commit) throws IOException {
    Path ref = ref();
    if (commit.equals(id.revision()) || commit().filter(commit::equals).isPresent()) {
      return;
    }
    Files.createDirectories(ref.getParent());
    Path whole = folder.resolve("tmp_" + UUID.randomUUID());
    AtomicFile.replace(ref, whole, part -> Files.writeString(part, commit));
  }
}
