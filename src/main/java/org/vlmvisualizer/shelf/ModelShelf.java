package org.vlmvisualizer.shelf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.dialog.Figure;
import org.vlmvisualizer.dialog.ModelRow;
import org.vlmvisualizer.dialog.ModelsWindow;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.hub.CachedModels;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.HubId;
import org.vlmvisualizer.hub.HubModels;
import org.vlmvisualizer.shelf.KnownModels.KnownModel;

/** Lists, downloads and removes models, for the window and for macros. */
public final class ModelShelf implements ModelsWindow.Shelf {
  private final Consent consent;

  /**
   * @param consent asked before a download
   */
  public ModelShelf(Consent consent) {
    this.consent = consent;
  }

  @Override
  public List<ModelRow> list() {
    return ModelEntries.all().stream().map(ModelShelf::row).toList();
  }

  private static ModelRow row(ModelEntry entry) {
    return new ModelRow(
        entry.name(),
        entry.goodFor(),
        entry.licence(),
        new Figure(entry.billions(), entry.parameters()),
        memory(entry, Precision.INT4),
        memory(entry, Precision.BFLOAT16),
        new Figure(entry.seconds(), entry.answerText()),
        new Figure(entry.bytes(), size(entry.bytes())),
        entry.runs(),
        entry.folder(),
        entry.details(),
        entry.isUsable(),
        entry.onDisk() != null && entry.onDisk().isRemovable());
  }

  private static Figure memory(ModelEntry entry, Precision precision) {
    return new Figure(entry.memory(precision), entry.memoryText(precision));
  }

  @Override
  public void download(String name, Progress progress) {
    if (HubId.parse(name).isEmpty()) {
      throw new InputException(
          "Expected the id of a model on the hub as org/name, found '%s'.".formatted(name));
    }
    HubModels.locate(name, consent, progress);
  }

  @Override
  public String remove(String name) {
    KnownModel model =
        KnownModels.ofThisUser().list().stream()
            .filter(m -> m.name().equals(name.strip()))
            .findFirst()
            .orElseThrow(() -> absent(name));
    if (!model.isRemovable()) {
      throw new InputException(
          "Expected a model that was downloaded, but %s is not in the cache; delete its folder %s by hand."
              .formatted(model.name(), model.folder()));
    }
    long freed =
        model.cached() == null
            ? delete(model.folder(), model.bytes())
            : CachedModels.ofThisUser().remove(model.cached());
    return "%s was removed; %s are free again.".formatted(model.name(), size(freed));
  }

  private static InputException absent(String name) {
    return new InputException(
        "Expected the name of a model on this computer, found '%s'; VLM Models... lists them."
            .formatted(name));
  }

  /** The plugin's own copies: files in folders, no links among them. */
  private static long delete(Path folder, long bytes) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
      return bytes;
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
