package org.vlmvisualizer.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.vlmvisualizer.json.StrictJson;

/** A folder of the cache that may hold a whole model, or what Python has fetched of it so far. */
final class Snapshot {
  private static final long MAX_INDEX_BYTES = 64 << 20;
  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}");

  private Snapshot() {}

  /**
   * Whether configuration, tokenizer and all weights are there: what cannot be told is not whole.
   * An adapter takes the tokenizer of its base.
   */
  static boolean isWhole(Path folder) {
    boolean model =
        has(folder, "config.json")
            && (has(folder, "tokenizer.json") || has(folder, "tokenizer.model"));
    boolean adapter = has(folder, "adapter_config.json");
    return (model && hasWeights(folder, "model.safetensors", ".safetensors"))
        || (model && hasWeights(folder, "pytorch_model.bin", ".bin"))
        || (adapter && has(folder, "adapter_model.safetensors"))
        || (adapter && has(folder, "adapter_model.bin"));
  }

  private static boolean hasWeights(Path folder, String single, String ending) {
    Path index = folder.resolve(single + ".index.json");
    if (has(folder, single)) {
      return true;
    }
    return Files.exists(index) ? hasShards(folder, index) : hasAny(folder, ending);
  }

  private static boolean has(Path folder, String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  /** A name that is no plain one is that of no file: it may be a path, or none at all. */
  private static boolean hasShards(Path folder, Path index) {
    try {
      if (!Files.isRegularFile(index) || Files.size(index) > MAX_INDEX_BYTES) {
        return false;
      }
      return StrictJson.object(Files.readAllBytes(index))
          .getAsJsonObject("weight_map")
          .asMap()
          .values()
          .stream()
          .map(JsonElement::getAsString)
          .distinct()
          .allMatch(shard -> SHARD.matcher(shard).matches() && has(folder, shard));
    } catch (JsonParseException
        | IllegalStateException
        | NullPointerException
        | ClassCastException
        | UnsupportedOperationException e) {
      // A broken index is fetched again.
      return false;
    } catch (IOException e) {
      throw DiskFaults.read(index, e);
    }
  }

  /** Whether there are weights under another name, and none that misses its index. */
  private static boolean hasAny(Path folder, String ending) {
    List<String> names =
        CachedModels.children(folder, Files::isRegularFile).stream()
            .map(path -> path.getFileName().toString())
            .filter(name -> name.endsWith(ending))
            .toList();
    return !names.isEmpty() && names.stream().noneMatch(n -> n.matches(".*-\\d+-of-\\d+\\..*"));
  }
}
