package org.vlmvisualizer.shelf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.LinkedFolders;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.CachedModels;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.HubModels;

/** Opens what a user calls a model, on disk or on the hub, with what that model names in turn. */
public final class ModelLocator {
  private ModelLocator() {}

  /**
   * @param model a folder, a hub id, a hub id with @revision, or "demo"
   * @param consent asked before each download
   * @throws InputException if it, its vision tower or an adapter's base cannot be had
   * @throws java.util.concurrent.CancellationException if cancelled or not consented to
   */
  public static Checkpoint open(String model, Consent consent, Progress progress) {
    Function<String, String> locate = name -> HubModels.locate(name, consent, progress);
    LinkedFolders links =
        besideOr(
            name -> Optional.of(locate.apply(name)).filter(l -> !l.equals(name)).map(Path::of));
    return Checkpoint.find(locate.apply(model), links);
  }

  /**
   * The same of what is on this computer; asks no network, and nobody.
   *
   * @throws InputException if it is not here, or not whole
   */
  public static Checkpoint onDisk(String model) {
    CachedModels cache = CachedModels.ofThisUser();
    String name = model.strip();
    String found =
        FileTrouble.isFolder(name) ? name : cache.find(name).map(Path::toString).orElse(name);
    return Checkpoint.find(found, besideOr(cache::find));
  }

  /** What lies beside a model, or else what is found by its name. */
  static LinkedFolders besideOr(Function<String, Optional<Path>> byName) {
    return (from, name) -> {
      try {
        return LinkedFolders.BESIDE.find(from, name);
      } catch (InputException notBeside) {
        return byName.apply(name).orElseThrow(() -> notBeside);
      }
    };
  }
}
