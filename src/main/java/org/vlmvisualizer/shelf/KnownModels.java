package org.vlmvisualizer.shelf;

import ij.Prefs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.GpuInstallation;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.hub.CachedModel;
import org.vlmvisualizer.hub.CachedModels;
import org.vlmvisualizer.hub.ModelCard;

/** What this computer has of models: the demo, the hub's cache, folders that were used before. */
public final class KnownModels {
  /** What the plugin keeps of models that were loaded in int8 or int4, to load them faster. */
  static final String QUANTISED = "quantised copies";

  /** What was installed to use a GPU: no model, but gigabytes that a user may want back. */
  static final String GPU = "PyTorch for the GPU";

  private static final String DEMO_LICENCE = "BSD-2-Clause";
  private static final String FOLDERS = "vlmvisualizer.folders";
  private static final int MAX_FOLDERS = 10;

  private final CachedModels cache;

  KnownModels(CachedModels cache) {
    this.cache = cache;
  }

  /** Those of the user who runs this program. */
  public static KnownModels ofThisUser() {
    return new KnownModels(CachedModels.ofThisUser());
  }

  /**
   * A model on disk.
   *
   * @param name what a user writes for it
   * @param bytes on disk
   * @param runs "yes", or why this plugin cannot run it
   * @param cached what the hub's cache has of it; null if it is from elsewhere
   */
  public record KnownModel(
      String name, long bytes, String licence, String runs, Path folder, CachedModel cached) {
    /** Whether this plugin may delete it: it brought it or made it. */
    public boolean isRemovable() {
      return cached != null || name.equals(QUANTISED) || name.equals(GPU);
    }
  }

  /**
   * All of them, the demo first. One that cannot be read says why, and the others stay.
   *
   * @throws InputException if the cache cannot be read
   */
  public List<KnownModel> list() {
    List<KnownModel> all = new ArrayList<>();
    Path demo = Checkpoint.find(Checkpoint.DEMO).folder();
    all.add(known(Checkpoint.DEMO, demo, own -> DEMO_LICENCE, this::runs));
    for (CachedModel cached : cache.list()) {
      all.add(
          new KnownModel(
              cached.name(),
              cached.bytes(),
              cached.licence(),
              cached.isWhole() ? runs(cached.folder()) : "no: " + cached.problem(),
              cached.folder(),
              cached));
    }
    for (String folder : folders()) {
      if (FileTrouble.isFolder(folder)) {
        all.add(known(folder, Path.of(folder), ModelCard::licence, this::runs));
      }
    }
    Path quantised = UserCache.folder("quantised");
    if (Files.isDirectory(quantised)) {
      all.add(known(QUANTISED, quantised, own -> "", own -> ""));
    }
    if (Files.isDirectory(GpuInstallation.root())) {
      all.add(known(GPU, GpuInstallation.root(), own -> "", own -> ""));
    }
    return all;
  }

  /** The names of those that can be run, for the dialog: of the cache, only whole ones. */
  public List<String> names() {
    Set<String> names = new LinkedHashSet<>(List.of(Checkpoint.DEMO));
    for (CachedModel cached : cache.list()) {
      if (cached.isWhole() && runs(cached.folder()).equals("yes")) {
        names.add(cached.name());
      }
    }
    names.addAll(folders());
    return List.copyOf(names);
  }

  private static KnownModel known(
      String name, Path folder, Function<Path, String> licence, Function<Path, String> runs) {
    try {
      return new KnownModel(
          name, bytes(folder), licence.apply(folder), runs.apply(folder), folder, null);
    } catch (InputException e) {
      return new KnownModel(name, 0, "", "no: " + e.getMessage(), folder, null);
    }
  }

  private String runs(Path folder) {
    try {
      Families.of(Checkpoint.open(folder, ModelLocator.besideOr(cache::find)));
      return "yes";
    } catch (InputException e) {
      return "no: " + e.getMessage();
    } catch (RuntimeException e) {
      // A bug of ours: this one model says so, and the list stays.
      return "no: its files cannot be understood (" + e + ")";
    }
  }

  /** Folders that models were loaded from, the newest first. */
  static List<String> folders() {
    return Arrays.stream(Prefs.get(FOLDERS, "").split("\n")).filter(f -> !f.isBlank()).toList();
  }

  /** Remembers what a model was loaded from, if that was a folder. */
  public static void remember(String model) {
    if (model.strip().equals(Checkpoint.DEMO) || !FileTrouble.isFolder(model.strip())) {
      return;
    }
    List<String> all = new ArrayList<>(folders());
    all.remove(model.strip());
    all.add(0, model.strip());
    Prefs.set(FOLDERS, String.join("\n", all.subList(0, Math.min(all.size(), MAX_FOLDERS))));
  }

  static long bytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "Expected to read %s, but that failed (%s); check its permissions."
              .formatted(folder, FileTrouble.reason(e)),
          e);
    }
  }
}
