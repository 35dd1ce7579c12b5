package org.vlmvisualizer.compare;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializationContext;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializationContext;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vlmvisualizer.json.StrictJson;
import org.vlmvisualizer.output.WholeFile;

/** What was measured on one picture, in a file that is there whole or not at all. */
final class ScoresFile {
  private static final String NAME = "scores.json";
  private static final String KEY = "compared";
  private static final String SCORES = "scores";
  private static final long MAX_BYTES = 64L << 20;

  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .registerTypeAdapter(double.class, new Measure())
          .registerTypeAdapter(Double.class, new Measure())
          .create();

  private ScoresFile() {}

  /**
   * @param key all that the scores depend on
   */
  static void write(Path folder, JsonObject key, PictureScores scores) {
    JsonObject json = new JsonObject();
    json.add(KEY, key);
    json.add(SCORES, GSON.toJsonTree(scores));
    WholeFile.write(folder.resolve(NAME), GSON.toJson(json));
  }

  /** The scores that an earlier run wrote for the same key; empty if there are none. */
  static Optional<PictureScores> read(Path folder, JsonObject key) {
    Path file = folder.resolve(NAME);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        return Optional.empty();
      }
      JsonObject json = StrictJson.object(Files.readAllBytes(file));
      return json.get(KEY).equals(key)
          ? Optional.of(GSON.fromJson(json.get(SCORES), PictureScores.class))
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // damaged, so not whole
    }
  }

  /** JSON knows no NaN. */
  private static final class Measure implements JsonSerializer<Double>, JsonDeserializer<Double> {
    @Override
    public JsonElement serialize(Double value, Type type, JsonSerializationContext context) {
      return Double.isNaN(value) ? new JsonPrimitive("NaN") : new JsonPrimitive(value);
    }

    @Override
    public Double deserialize(JsonElement json, Type type, JsonDeserializationContext context) {
      return json.getAsDouble();
    }
  }
}
