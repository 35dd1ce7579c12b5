package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;

/** Checkpoints whose weights are stored quantised: bitsandbytes, GPTQ, AWQ and others. */
final class QuantisedCheckpoint {
  private static final String KEY = "quantization_config";

  /** Where older versions of GPTQ and AWQ wrote their settings. */
  private static final List<String> FILES = List.of("quantize_config.json", "quant_config.json");

  private QuantisedCheckpoint() {}

  /**
   * @throws InputException if the checkpoint is one; the message says how, and what to take instead
   */
  static void refuse(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    JsonElement text = config.json().get("text_config");
    refuse(config);
    if (text != null && text.isJsonObject()) {
      refuse(config.object("text_config"));
    }
    for (String file : FILES) {
      if (checkpoint.has(file)) {
        throw refused(file, "");
      }
    }
  }

  private static void refuse(ConfigObject config) {
    if (config.has(KEY)) {
      JsonElement value = config.json().get(KEY);
      JsonObject settings = value.isJsonObject() ? value.getAsJsonObject() : new JsonObject();
      throw refused(
          KEY + " of " + config.where(),
          new ConfigObject(settings, KEY).text("quant_method", "unnamed"));
    }
  }

  private static InputException refused(String where, String method) {
    return new InputException(
        "Expected a checkpoint with plain weights, but %s says that they are quantised%s; choose the plain checkpoint that it was made from, and precision int8 or int4 to save memory."
            .formatted(where, method.isEmpty() ? "" : " (" + method + ")"));
  }
}
