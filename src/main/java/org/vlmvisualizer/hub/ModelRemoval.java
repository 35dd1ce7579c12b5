package org.vlmvisualizer.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.InputException;

/**
 * Takes a revision of a model out of the cache. Links are deleted as links and never followed, so
 * that what lies elsewhere stays.
 */
final class ModelRemoval {
  private final Path cache;
  private final Path folder;
  private long freed;

  /**
   * @param folder of the model, in the cache
   */
  ModelRemoval(Path cache, Path folder) {
    this.cache = cache;
    this.folder = folder;
  }

  long remove(CachedModel model) {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new InputException(
          "Expected %s to be a folder of the cache, found a link or nothing; delete what it leads to by hand."
              .formatted(folder));
    }
    refuseWhileDownloading();
    List<Path> others = new ArrayList<>(CachedModels.snapshots(folder));
    boolean isKnown = others.remove(model.folder());
    try {
      if (model.folder().equals(folder) || isKnown && others.isEmpty()) {
        delete(folder);
      } else if (isKnown) {
        removeRevision(model.folder(), others);
      } else {
        throw new InputException(
            "Expected %s in the cache, but it is gone already; list the models again."
                .formatted(model.name()));
      }
    } catch (IOException e) {
      throw new InputException(
          "Expected to delete %s, but that failed (%s); close what uses the model and try again."
              .formatted(model.folder(), e.getMessage()),
          e);
    }
    return freed;
  }

  /** First what leads to the files, so that a removal which breaks off leaves no half model. */
  private void removeRevision(Path snapshot, List<Path> others) throws IOException {
    List<Path> blobs = blobsOf(snapshot);
    for (Path other : others) {
      blobs.removeAll(blobsOf(other));
    }
    String commit = snapshot.getFileName().toString();
    for (Path ref : CachedModels.refs(folder)) {
      if (HubCache.commit(ref).filter(commit::equals).isPresent()) {
        Files.delete(ref);
      }
    }
    delete(snapshot);
    delete(folder.resolve(".no_exist").resolve(commit));
    for (Path blob : blobs) {
      delete(blob);
    }
  }

  /** The blobs that are the same file as one of a snapshot, by symbolic or by hard link. */
  private List<Path> blobsOf(Path snapshot) throws IOException {
    List<Path> found = new ArrayList<>();
    Path blobs = folder.resolve("blobs");
    if (!Files.isDirectory(blobs)) {
      return found;
    }
    List<Path> all =
        CachedModels.children(blobs, p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS));
    try (var files = Files.walk(snapshot)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (Path blob : all) {
          if (Files.isSameFile(file, blob)) {
            found.add(blob);
          }
        }
      }
    }
    return found;
  }

  private void delete(Path root) throws IOException {
    freed += Files.exists(root, LinkOption.NOFOLLOW_LINKS) ? FileTree.delete(root) : 0;
  }

  /** A lock file that somebody holds belongs to a download that is under way. */
  private void refuseWhileDownloading() {
    Path locks = cache.resolve(".locks").resolve(folder.getFileName());
    if (!Files.isDirectory(locks)) {
      return;
    }
    Runnable refuse =
        () -> {
          throw new InputException(
              "Expected no download of the model in %s to be running, but another program is downloading it; wait until it has finished."
                  .formatted(folder));
        };
    for (Path lock : CachedModels.children(locks, ModelRemoval::isLock)) {
      CacheLock.take(lock, refuse).close();
    }
  }

  private static boolean isLock(Path path) {
    return path.toString().endsWith(".lock")
        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }
}
