package org.vlmvisualizer.shelf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.LinkedFolders;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
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
