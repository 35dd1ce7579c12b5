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
 */
public record BatchList(JsonObject question, List<Entry> pictures, List<String> skipped) {
  /** Its file. */
  public static final String FILE = "pictures.json";

  private static final long MOST_BYTES = 1L << 30;

  /**
   * A picture.
   *
   * @param name what people call it
   * @param folder of its results
   */
  public record Entry(String name, String folder) {}

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
    for (Entry picture : pictures) {
      JsonArray entry = new JsonArray();
      entry.add(picture.name);
      entry.add(picture.folder);
      all.add(entry);
    }
    JsonArray others = new JsonArray();
    skipped.forEach(others::add);
    JsonObject json = new JsonObject();
    json.add("question", question);
    json.add("pictures", all);
    json.add("skipped", others);
    return json;
  }

  private static BatchList of(JsonObject json) {
    List<Entry> pictures = new ArrayList<>();
    for (JsonElement entry : json.getAsJsonArray("pictures")) {
      JsonArray parts = entry.getAsJsonArray();
      pictures.add(new Entry(parts.get(0).getAsString(), parts.get(1).getAsString()));
    }
    List<String> skipped = new ArrayList<>();
    json.getAsJsonArray("skipped").forEach(name -> skipped.add(name.getAsString()));
    return new BatchList(json.getAsJsonObject("question"), pictures, skipped);
  }
}
