package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * Why a picture of many has no result, in failed.json of the folder that would hold it.
 *
 * @param key what was asked of which picture
 * @param error one sentence
 * @param hopeless whether it is not worth another try
 */
public record FailedResult(JsonElement key, String error, boolean hopeless) {
  private static final String FILE = "failed.json";
  private static final String KEY = "batch";
  private static final String ERROR = "error";
  private static final String HOPELESS = "hopeless";

  /** What a folder says; nothing where its file is damaged. */
  public static Optional<FailedResult> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonObject json = StrictJson.object(Files.readAllBytes(file));
      return Optional.of(
          new FailedResult(
              json.get(KEY), json.get(ERROR).getAsString(), json.get(HOPELESS).getAsBoolean()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Where it cannot be written, the picture is tried again by the next run. */
  public void write(Path folder) {
    JsonObject json = new JsonObject();
    json.add(KEY, key);
    json.addProperty(ERROR, error);
    json.addProperty(HOPELESS, hopeless);
    try {
      WholeFile.write(folder.resolve(FILE), json + "\n");
    } catch (InputException e) {
      return;
    }
  }

  /** Forgets it, since there is a result now. */
  public static void remove(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
    } catch (IOException e) {
      return; // the result is there, and counts
    }
  }
}
