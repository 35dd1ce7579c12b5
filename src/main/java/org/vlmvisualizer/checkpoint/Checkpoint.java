package org.vlmvisualizer.checkpoint;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * A folder with a model: config.json, weights in one file or in shards, and small JSON files beside
 * them. A folder with an adapter is a checkpoint too: what it lacks is read from its base.
 */
public final class Checkpoint {
  /** The name of the model inside the plugin. */
  public static final String DEMO = "demo";

  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TIKTOKEN = "qwen.tiktoken";

  /** As objects, JSON takes some 40 times its size in memory. Vocabularies are the large ones. */
  private static final int MAX_JSON_MIB = 2;

  private static final int MAX_TOKENIZER_MIB = 64;

  private final Path folder;
  private final LinkedFolders links;
  private final Checkpoint base;
  private final ConfigObject config;
  private final List<Checkpoint> linked = new CopyOnWriteArrayList<>();

  private Checkpoint(Path folder, LinkedFolders links, Checkpoint base) {
    this.folder = folder;
    this.links = links;
    this.base = base;
    config = new ConfigObject(required(CONFIG), CONFIG);
  }

  /** Opens a folder; other checkpoints that it names are looked for beside it. */
  public static Checkpoint open(Path folder) {
    return open(folder, LinkedFolders.BESIDE);
  }

  /**
   * Opens a folder; reads config.json, of an adapter that of its base, and no weights.
   *
   * @param links where other checkpoints are that this one names
   * @throws InputException if there is no such folder, or no readable config.json in it
   */
  public static Checkpoint open(Path folder, LinkedFolders links) {
    GgufFiles.refuse(folder);
    if (!Files.isDirectory(folder) && !FileTrouble.isHidden(folder)) {
      throw new InputException(
          "Expected a folder with a model, but %s is not a folder; choose one that holds config.json."
              .formatted(folder));
    }
    if (!Files.isRegularFile(folder.resolve(LoraAdapter.CONFIG))) {
      return new Checkpoint(folder, links, null);
    }
    Path baseFolder = links.find(folder, LoraAdapter.baseName(folder));
    if (Files.isRegularFile(baseFolder.resolve(LoraAdapter.CONFIG))) {
      throw new InputException(
          "Expected the base of the adapter in %s to be a whole model, but %s is an adapter too; merge that one first."
              .formatted(folder, baseFolder));
    }
    return new Checkpoint(folder, links, open(baseFolder, links));
  }

  /**
   * Opens another checkpoint that this one names.
   *
   * @throws InputException if there is none
   */
  public Checkpoint linked(String name) {
    Checkpoint other = open(links.find(folder, name), links);
    linked.add(other);
    return other;
  }

  /**
   * The folders that it is read from: its own, of an adapter that of its base, and behind them
   * those of the checkpoints that {@link #linked} has opened so far.
   */
  public List<Path> folders() {
    List<Path> all = new ArrayList<>(List.of(folder));
    if (base != null) {
      all.addAll(base.folders());
    }
    linked.forEach(other -> all.addAll(other.folders()));
    return all.stream().distinct().toList();
  }

  /**
   * The adapter of this folder, or null if it is a whole model.
   *
   * @throws InputException if it is broken or of an unknown kind
   */
  public LoraAdapter adapter() {
    return base == null ? null : LoraAdapter.open(folder);
  }

  /**
   * Finds what a user calls a model.
   *
   * @param model a folder, or "demo" for the model inside the plugin
   * @throws InputException if there is no such model
   */
  public static Checkpoint find(String model) {
    return find(model, LinkedFolders.BESIDE);
  }

  /** The same, with another way to find the checkpoints that it names. */
  public static Checkpoint find(String model, LinkedFolders links) {
    String name = model.strip();
    if (name.isEmpty()) {
      throw new InputException(
          "Expected a model, found none; choose a folder that holds config.json, or %s for the small model that comes with the plugin."
              .formatted(DEMO));
    }
    try {
      return open(name.equals(DEMO) ? DemoCheckpoint.folder() : Path.of(name), links);
    } catch (InvalidPathException e) {
      throw new InputException("Expected the folder of a model, found '" + name + "'.", e);
    }
  }

  public Path folder() {
    return folder;
  }

  /** What config.json says. */
  public ConfigObject config() {
    return config;
  }

  /**
   * What a JSON file beside it says; nothing if there is none of that name.
   *
   * @throws InputException if it is there but broken
   */
  public ConfigObject settings(String name) {
    return new ConfigObject(optional(name), name);
  }

  /** Whether the folder, or the base of an adapter, has a file of this name. */
  public boolean has(String name) {
    return Files.isRegularFile(file(name));
  }

  /** A file of the folder; if it has none, of the base. */
  private Path file(String name) {
    Path file = folder.resolve(name);
    return base == null || Files.isRegularFile(file) ? file : base.file(name);
  }

  /**
   * A JSON file beside config.json, or an empty object if there is none of that name.
   *
   * @throws InputException if it is there but broken
   */
  public JsonObject optional(String name) {
    return has(name) ? required(name) : new JsonObject();
  }

  /**
   * A JSON file of this checkpoint.
   *
   * @throws InputException if it is missing, too large, or no JSON object
   */
  public JsonObject required(String name) {
    return parse(file(name));
  }

  /**
   * A text file of this checkpoint.
   *
   * @throws InputException if it is missing or too large
   */
  public String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /**
   * A small file of this checkpoint.
   *
   * @throws InputException if it is missing or too large
   */
  public byte[] bytes(String name) {
    return read(file(name));
  }

  static JsonObject parse(Path file) {
    byte[] content = read(file);
    try {
      return StrictJson.object(content);
    } catch (JsonParseException e) {
      throw new InputException(
          "Expected a JSON object, but %s is broken (%s); download it again."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static byte[] read(Path file) {
    if (!Files.isRegularFile(file) && !FileTrouble.isHidden(file)) {
      throw new InputException(
          "Expected a file %s in %s, but there is none; choose a folder with a whole model."
              .formatted(file.getFileName(), file.getParent()));
    }
    try {
      String name = file.getFileName().toString();
      boolean tokenizer = name.startsWith("tokenizer.") || name.equals(TIKTOKEN);
      int limit = tokenizer ? MAX_TOKENIZER_MIB : MAX_JSON_MIB;
      if (Files.size(file) > (long) limit << 20) {
        throw new InputException(
            "Expected at most %d MiB, but %s is larger; it is not read.".formatted(limit, file));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException(
          "Expected to read %s, but that failed (%s); check the file and its permissions."
              .formatted(file, FileTrouble.reason(e)),
          e);
    }
  }

  /**
   * Lists all stored tensors; of an adapter, those of its base.
   *
   * @throws InputException if weights are missing or broken
   */
  public List<StoredTensor> tensors() {
    return base == null ? WeightFiles.of(this).tensors() : base.tensors();
  }

  /**
   * SHA-256 over config.json, the tokenizer and all weights, of an adapter those of its base too,
   * in hexadecimal. A vision tower in a checkpoint of its own does not count.
   */
  public String sha256() {
    try {
      return Checksum.of(allFiles());
    } catch (IOException e) {
      throw new InputException(
          "The files of " + folder + " cannot be read: " + FileTrouble.reason(e) + ".", e);
    }
  }

  private List<Path> allFiles() {
    List<Path> files = new ArrayList<>();
    for (String name :
        List.of(CONFIG, TOKENIZER, "tokenizer.model", TIKTOKEN, LoraAdapter.CONFIG)) {
      if (Files.isRegularFile(folder.resolve(name))) {
        files.add(folder.resolve(name));
      }
    }
    files.addAll(base == null ? WeightFiles.of(this).files() : LoraAdapter.files(folder));
    if (base != null) {
      files.addAll(base.allFiles());
    }
    return files;
  }
}
