package org.vlmvisualizer.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;

/** The models that are on disk in the cache, whoever brought them there. Asks no network. */
public final class CachedModels {
  private static final String PREFIX = "models--";
  private static final String UNFINISHED = "not downloaded to its end";

  private final Path cache;

  public CachedModels(HubSettings settings) {
    cache = settings.cache();
  }

  /**
   * The cache of the user who runs this program.
   *
   * @throws InputException if a variable that names it cannot be used
   */
  public static CachedModels ofThisUser() {
    return new CachedModels(HubSettings.ofThisUser());
  }

  /**
   * All of them, by name; a download that has not come to its end counts as one that is not whole,
   * as does a model that cannot be read.
   *
   * @throws InputException if the folder of the cache cannot be read
   */
  public List<CachedModel> list() {
    List<CachedModel> all = new ArrayList<>();
    if (Files.isDirectory(cache)) {
      for (Path folder : children(cache, Files::isDirectory)) {
        repo(folder).ifPresent(repo -> addRevisions(repo, folder, all));
      }
    }
    all.sort(Comparator.comparing(CachedModel::name));
    return all;
  }

  /**
   * The folder of a model on disk, whole or nothing.
   *
   * @param name org/name or org/name@revision
   */
  public Optional<Path> find(String name) {
    return HubId.parse(name).flatMap(id -> new HubCache(cache, id).find());
  }

  /**
   * Deletes a revision as huggingface_hub does: the names that stand for it, its files, and the
   * bytes that no other revision of the model needs. Nothing outside of the model's own folder is
   * touched, wherever links lead.
   *
   * @return bytes that became free
   * @throws InputException if it is being downloaded, is a link to elsewhere, or cannot be deleted
   */
  public long remove(CachedModel model) {
    return new ModelRemoval(cache, folderOf(model.id().repo())).remove(model);
  }

  private Path folderOf(String repo) {
    return cache.resolve(PREFIX + repo.replace("/", "--"));
  }

  private static Optional<String> repo(Path folder) {
    String name = folder.getFileName().toString();
    return Optional.of(name)
        .filter(n -> n.startsWith(PREFIX))
        .map(n -> n.substring(PREFIX.length()).replace("--", "/"))
        .filter(repo -> HubId.parse(repo).isPresent());
  }

  private static void addRevisions(String repo, Path folder, List<CachedModel> all) {
    HubId main = new HubId(repo, "main");
    try {
      TreeMap<String, String> names = names(folder);
      List<Path> snapshots = snapshots(folder);
      for (Path snapshot : snapshots) {
        String commit = snapshot.getFileName().toString();
        all.add(revision(new HubId(repo, names.getOrDefault(commit, commit)), snapshot));
      }
      Path blobs = folder.resolve("blobs");
      if (snapshots.isEmpty() && Files.isDirectory(blobs)) {
        all.add(new CachedModel(main, folder, bytes(blobs), ModelCard.NOT_STATED, UNFINISHED));
      }
    } catch (InputException e) {
      all.add(unreadable(main, folder, e));
    }
  }

  private static CachedModel revision(HubId id, Path snapshot) {
    try {
      String problem = Snapshot.isWhole(snapshot) ? "" : UNFINISHED;
      return new CachedModel(id, snapshot, bytes(snapshot), ModelCard.licence(snapshot), problem);
    } catch (InputException e) {
      return unreadable(id, snapshot, e);
    }
  }

  private static CachedModel unreadable(HubId id, Path folder, InputException e) {
    return new CachedModel(id, folder, 0, ModelCard.NOT_STATED, e.getMessage());
  }

  static List<Path> snapshots(Path folder) {
    Path snapshots = folder.resolve("snapshots");
    return Files.isDirectory(snapshots)
        ? children(snapshots, p -> Files.isDirectory(p) && HubId.isCommit("" + p.getFileName()))
        : List.of();
  }

  /** Commit to a branch or tag that stands for it: main if it does. */
  private static TreeMap<String, String> names(Path folder) {
    TreeMap<String, String> names = new TreeMap<>();
    for (Path ref : refs(folder)) {
      String name = folder.resolve("refs").relativize(ref).toString().replace('\\', '/');
      Optional<String> commit = HubCache.commit(ref);
      if (HubId.isRevision(name) && commit.isPresent()) {
        names.merge(commit.get(), name, (a, b) -> a.equals("main") ? a : b.equals("main") ? b : a);
      }
    }
    return names;
  }

  /** Files that name a commit. */
  static List<Path> refs(Path folder) {
    Path refs = folder.resolve("refs");
    return Files.isDirectory(refs)
        ? paths(refs, Files::walk, p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS))
        : List.of();
  }

  /** Of all files in a folder, those behind links too. */
  private static long bytes(Path folder) {
    try {
      long bytes = 0;
      for (Path file : paths(folder, Files::walk, Files::isRegularFile)) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw DiskFaults.read(folder, e);
    }
  }

  static List<Path> children(Path folder, Predicate<Path> wanted) {
    return paths(folder, Files::list, wanted);
  }

  /** Opens what lies in a folder, as {@link Files#list} and {@link Files#walk} do. */
  private interface Opening {
    Stream<Path> of(Path folder) throws IOException;
  }

  private static List<Path> paths(Path folder, Opening opening, Predicate<Path> wanted) {
    try (Stream<Path> all = opening.of(folder)) {
      return all.filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw DiskFaults.read(folder, e);
    } catch (UncheckedIOException e) { // of a folder within
      throw DiskFaults.read(folder, e.getCause());
    }
  }
}
