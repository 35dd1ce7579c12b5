package org.vlmvisualizer.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * What a run over many pictures is about, in pictures.json of its output folder: by this and what
 * lies in the pictures' folders, tables can be made by whoever comes last.
 *
 * @param question all that answers depend on beside their pictures
 * @param pictures in their order
 * @param skipped files that are no pictures
 * @param columns names of what pictures carry into the tables
 */
public record BatchList(
    JsonObject question, List<Entry> pictures, List<String> skipped, List<String> columns) {
  /** Its file. */
  public static final String FILE = "pictures.json";

  private static final long MOST_BYTES = 1L << 30;

  /**
   * A picture.
   *
   * @param name what people call it
   * @param folder of its results, with / between
   * @param question of its own, or empty
   * @param carried what it brings into the tables
   */
  public record Entry(String name, String folder, String question, List<String> carried) {
    private static Entry of(JsonArray parts) {
      List<String> texts = texts(parts);
      String folder = texts.get(1);
      if (folder.isEmpty() || folder.startsWith("/") || !isInside(Path.of(folder))) {
        throw new IllegalArgumentException(folder);
      }
      return texts.size() == 2
          ? new Entry(texts.get(0), folder, "", List.of())
          : new Entry(texts.get(0), folder, texts.get(2), texts.subList(3, texts.size()));
    }

    private static boolean isInside(Path path) {
      return path.getRoot() == null && !path.normalize().startsWith("..");
    }

    private JsonArray json() {
      JsonArray parts = new JsonArray();
      parts.add(name);
      parts.add(folder);
      if (!question.isEmpty() || !carried.isEmpty()) {
        parts.add(question);
        carried.forEach(parts::add);
      }
      return parts;
    }
  }

  /**
   * Writes it, unless the folder has the same already.
   *
   * @throws InputException if it cannot be written
   */
  public void write(Path folder) {
    String text = json().toString() + "\n";
    Path file = folder.resolve(FILE);
    try {
      if (Files.isRegularFile(file) && Files.readString(file).equals(text)) {
        return;
      }
    } catch (IOException e) {
      // Then it is written anew.
    }
    WholeFile.write(file, text);
  }

  /**
   * Reads it.
   *
   * @return empty if the folder has none
   * @throws InputException if it is damaged
   */
  public static Optional<BatchList> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("it is too large");
      }
      return Optional.of(of(StrictJson.object(Files.readAllBytes(file))));
    } catch (IOException e) {
      throw damaged(file, FileTrouble.reason(e), e);
    } catch (RuntimeException e) {
      throw damaged(file, "it is damaged", e);
    }
  }

  private static InputException damaged(Path file, String reason, Exception cause) {
    return new InputException(
        "The list of pictures %s cannot be read (%s). Delete it, and run a shard again."
            .formatted(file, reason),
        cause);
  }

  private JsonObject json() {
    JsonArray all = new JsonArray();
    pictures.forEach(picture -> all.add(picture.json()));
    JsonArray others = new JsonArray();
    skipped.forEach(others::add);
    JsonObject json = new JsonObject();
    json.add("question", question);
    json.add("pictures", all);
    json.add("skipped", others);
    if (!columns.isEmpty()) {
      JsonArray names = new JsonArray();
      columns.forEach(names::add);
      json.add("columns", names);
    }
    return json;
  }

  private static BatchList of(JsonObject json) {
    List<Entry> pictures = new ArrayList<>();
    for (JsonElement entry : json.getAsJsonArray("pictures")) {
      pictures.add(Entry.of(entry.getAsJsonArray()));
    }
    List<String> columns = json.has("columns") ? texts(json.getAsJsonArray("columns")) : List.of();
    if (pictures.stream().anyMatch(picture -> picture.carried.size() != columns.size())) {
      throw new IllegalArgumentException("cells without a column");
    }
    return new BatchList(
        json.getAsJsonObject("question"), pictures, texts(json.getAsJsonArray("skipped")), columns);
  }

  private static List<String> texts(JsonArray array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.getAsString()));
    return texts;
  }
}
