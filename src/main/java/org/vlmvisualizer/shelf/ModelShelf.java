package org.vlmvisualizer.shelf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.gpu.GpuInstaller;
import org.vlmvisualizer.hub.CachedModels;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.HubId;
import org.vlmvisualizer.hub.HubModels;
import org.vlmvisualizer.shelf.KnownModels.KnownModel;

/**
 * Downloads and removes models, for the window and for macros. Not to be called on the event
 * thread.
 *
 * @param consent asked before a download
 * @param removing told of a folder before it is removed; what it throws prevents that
 */
public record ModelShelf(Consent consent, Consumer<Path> removing) {
  /**
   * @throws InputException if the name is no hub's, or the model cannot be had
   * @throws java.util.concurrent.CancellationException if cancelled or not consented to
   */
  public void download(String name, Progress progress) {
    if (HubId.parse(name).isEmpty()) {
      throw new InputException(
          "Expected the id of a model on the hub as org/name, found '%s'.".formatted(name));
    }
    HubModels.locate(name, consent, progress);
  }

  /**
   * @return a sentence on what became free
   * @throws InputException if there is no such model here, or it cannot be deleted
   */
  public String remove(String name) {
    KnownModel model =
        KnownModels.ofThisUser().list().stream()
            .filter(m -> m.name().equals(name.strip()))
            .findFirst()
            .orElseThrow(() -> absent(name));
    if (model.name().equals(KnownModels.GPU)) {
      return GpuInstaller.remove();
    }
    if (!model.isRemovable()) {
      throw new InputException(
          "Expected a model that was downloaded, but %s is not in the cache; delete its folder %s by hand."
              .formatted(model.name(), model.folder()));
    }
    removing.accept(model.folder());
    long freed =
        model.cached() == null
            ? delete(model.folder())
            : CachedModels.ofThisUser().remove(model.cached());
    return "%s was removed; %s are free again.".formatted(model.name(), size(freed));
  }

  private static InputException absent(String name) {
    return new InputException(
        "Expected the name of a model on this computer, found '%s'; VLM Models... lists them."
            .formatted(name));
  }

  /** The plugin's own copies: files in folders, no links among them. */
  private static long delete(Path folder) {
    try {
      return FileTree.delete(folder);
    } catch (IOException e) {
      throw new InputException(
          "Expected to delete %s, but that failed (%s); close what uses it and try again."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }

  /** In MB, or in GB from one on. */
  static String size(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
