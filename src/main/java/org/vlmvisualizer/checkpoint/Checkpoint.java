package org.vlmvisualizer.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.vlmvisualizer.core.InputException;

/**
 * A folder with a model in Hugging Face layout: config.json, safetensors in one file or in shards,
 * and small JSON files beside them.
 */
public final class Checkpoint {
  /** The name of the model inside the plugin. */
  public static final String DEMO = "demo";

  private static final long MAX_JSON_BYTES = 64 << 20;
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final JsonObject config;

  private Checkpoint(Path folder, JsonObject config) {
    this.folder = folder;
    this.config = config;
  }

  /**
   * Opens a folder; reads config.json and no weights.
   *
   * @throws InputException if there is no such folder, or no readable config.json in it
   */
  public static Checkpoint open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          "Expected a folder with a model, but "
              + folder
              + " is not a folder; choose one that holds config.json.");
    }
    return new Checkpoint(folder, parse(folder.resolve("config.json")));
  }

  /**
   * Finds what a user calls a model.
   *
   * @param model a folder, or "demo" for the model inside the plugin
   * @throws InputException if there is no such model
   */
  public static Checkpoint find(String model) {
    String name = model.strip();
    if (name.isEmpty()) {
      throw new InputException(
          "Expected a model, found none; choose a folder that holds config.json, or "
              + DEMO
              + " for the small model that comes with the plugin.");
    }
    try {
      return open(name.equals(DEMO) ? DemoCheckpoint.folder() : Path.of(name));
    } catch (InvalidPathException e) {
      throw new InputException("Expected the folder of a model, found '" + name + "'.", e);
    }
  }

  public Path folder() {
    return folder;
  }

  /** What config.json says. */
  public JsonObject config() {
    return config;
  }

  /**
   * A JSON file beside config.json, or an empty object if the folder has none of that name.
   *
   * @throws InputException if it is there but broken
   */
  public JsonObject optional(String name) {
    return Files.exists(folder.resolve(name)) ? required(name) : new JsonObject();
  }

  /**
   * A JSON file of this folder.
   *
   * @throws InputException if it is missing, larger than 64 MiB, or no JSON object
   */
  public JsonObject required(String name) {
    return parse(folder.resolve(name));
  }

  /**
   * A text file of this folder.
   *
   * @throws InputException if it is missing or larger than 64 MiB
   */
  public String text(String name) {
    return read(folder.resolve(name));
  }

  private static JsonObject parse(Path file) {
    try {
      return JsonParser.parseString(read(file)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
      throw new InputException(
          "Expected a JSON object, but " + file + " is broken; download it again.");
    }
  }

  private static String read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "Expected a file %s in %s, but there is none; choose a folder with a whole model."
              .formatted(file.getFileName(), file.getParent()));
    }
    try {
      if (Files.size(file) > MAX_JSON_BYTES) {
        throw new InputException(
            "Expected at most 64 MiB, but " + file + " is larger; it is not read.");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new InputException("Expected text, but " + file + " cannot be read as such.", e);
    }
  }

  /** Whether the folder has a file of this name. */
  public boolean has(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  /**
   * Lists all stored tensors.
   *
   * @throws InputException if weights are missing or broken
   */
  public List<StoredTensor> tensors() {
    List<StoredTensor> tensors = new ArrayList<>();
    weightFiles().forEach(file -> tensors.addAll(Safetensors.list(file)));
    return tensors;
  }

  private List<Path> weightFiles() {
    if (has(SINGLE)) {
      return List.of(folder.resolve(SINGLE));
    }
    if (!has(INDEX)) {
      throw new InputException(
          "Expected "
              + SINGLE
              + " or "
              + INDEX
              + " in "
              + folder
              + ", but found neither; choose a folder with a whole model.");
    }
    TreeSet<String> names = new TreeSet<>();
    try {
      for (JsonElement file : required(INDEX).getAsJsonObject("weight_map").asMap().values()) {
        names.add(file.getAsString());
      }
    } catch (RuntimeException e) {
      throw new InputException(
          "Expected a weight_map in "
              + folder.resolve(INDEX)
              + ", but it is broken; download it again.",
          e);
    }
    return names.stream().map(this::shard).toList();
  }

  private Path shard(String name) {
    if (name.isEmpty() || name.matches("(?s)\\.\\..*|.*[/\\\\\\x00].*")) {
      throw new InputException(
          "Expected the names of files beside it in "
              + folder.resolve(INDEX)
              + ", but found '"
              + name
              + "'; it is not opened.");
    }
    if (!has(name)) {
      throw new InputException(
          "Expected the weights "
              + name
              + " in "
              + folder
              + ", but the file is missing; download it.");
    }
    return folder.resolve(name);
  }

  /** SHA-256 over config.json, tokenizer.json and all weights, in hexadecimal. Reads every byte. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      List<Path> files =
          new ArrayList<>(List.of(folder.resolve("config.json"), folder.resolve("tokenizer.json")));
      files.addAll(weightFiles());
      byte[] buffer = new byte[1 << 20];
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new InputException(
          "The files of " + folder + " cannot be read: " + e.getMessage() + ".", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
