package org.vlmvisualizer.shelf;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelSize;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelKind;
import org.vlmvisualizer.json.StrictJson;

/**
 * The models that the plugin knows, from models.json beside this class: their sizes as their
 * config.json states them, and what their pages on the hub say. It shows those that a family of
 * {@link Families} runs and no others, so that no entry promises what cannot be run.
 */
public final class ModelList {
  private static final String FILE = "models.json";
  private static final String ABSENT = "";

  private static final class Holder {
    static final List<ListedModel> ALL = read();
  }

  private ModelList() {}

  /** Those that this version runs, small ones first within a family. */
  public static List<ListedModel> runnable() {
    return Holder.ALL.stream().filter(model -> Families.run(model.kind())).toList();
  }

  /**
   * What is known of a model.
   *
   * @param id on the hub without a revision, or "demo"
   */
  public static Optional<ListedModel> find(String id) {
    return runnable().stream().filter(model -> model.id().equals(id)).findFirst();
  }

  /** All of the file, those of families to come among them. */
  static List<ListedModel> all() {
    return Holder.ALL;
  }

  private static List<ListedModel> read() {
    try (InputStream in = ModelList.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("The plugin's jar lacks " + FILE);
      }
      return parse(StrictJson.object(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws InputException if an entry is not whole
   */
  static List<ListedModel> parse(JsonObject json) {
    ConfigObject file = new ConfigObject(json, FILE);
    List<ListedModel> models = new ArrayList<>();
    for (JsonElement entry : json.getAsJsonArray("models")) {
      ConfigObject model = new ConfigObject(entry.getAsJsonObject(), FILE);
      ConfigObject decoder = file.object("decoders").object(text(model, "decoder"));
      ConfigObject tower = file.object("towers").object(text(model, "tower"));
      ModelSize size = size(model, decoder, tower);
      models.add(
          new ListedModel(
              text(model, "id"),
              new ModelKind(
                  text(model, "model_type"),
                  text(decoder, "model_type"),
                  text(tower, "model_type")),
              text(model, "licence"),
              text(model, "good_for"),
              size,
              size.parameters() * model.size("bits", 0) / Byte.SIZE));
    }
    return List.copyOf(models);
  }

  private static ModelSize size(ConfigObject model, ConfigObject decoder, ConfigObject tower) {
    int hidden = decoder.size("hidden_size", 0);
    int intermediate = decoder.size("intermediate_size", 0);
    int layers = decoder.count("num_hidden_layers", 0);
    int heads = decoder.count("num_attention_heads", 0);
    int headDim = decoder.has("head_dim") ? decoder.size("head_dim", 0) : hidden / heads;
    int keyValueSize = headDim * decoder.count("num_key_value_heads", 0);
    // q and o; k and v; gate, up and down.
    long layer =
        2L * hidden * heads * headDim + 2L * hidden * keyValueSize + 3L * hidden * intermediate;
    long vocabulary = (long) model.size("vocab_size", 0) * hidden;
    return new ModelSize(
        layers * layer + vocabulary,
        tower.has("depth")
            ? blocksSize(tower, hidden)
            : towerSize(tower) + connectorSize(model, tower.size("hidden_size", 0), hidden),
        decoder.flag("tie_word_embeddings", false) ? 0 : vocabulary,
        model.has("image_tokens") ? model.size("image_tokens", 0) : patches(tower),
        decoder.size("max_position_embeddings", 4096),
        layers,
        keyValueSize,
        hidden,
        intermediate);
  }

  private static long towerSize(ConfigObject tower) {
    long width = tower.size("hidden_size", 0);
    int patch = tower.size("patch_size", 0);
    long layer = 4 * width * width + 2 * width * tower.size("intermediate_size", 0);
    return tower.count("num_hidden_layers", 0) * layer
        + (3L * patch * patch + patches(tower)) * width;
  }

  /**
   * Qwen's: patches of pictures of any size, in blocks, which two layers join to the decoder; in
   * Qwen3-VL two more for each layer whose features the decoder is given, too.
   */
  private static long blocksSize(ConfigObject tower, long hidden) {
    long width = tower.size(tower.has("embed_dim") ? "embed_dim" : "hidden_size", 0);
    long inner =
        tower.has("mlp_ratio")
            ? width * tower.count("mlp_ratio", 0)
            : tower.size("intermediate_size", 0);
    boolean gated = text(tower, "model_type").equals("qwen2_5_vl");
    long layer = 4 * width * width + (gated ? 3 : 2) * width * inner;
    int patch = tower.size("patch_size", 0);
    int side = tower.count("spatial_merge_size", 0);
    long positions =
        tower.has("num_position_embeddings") ? tower.size("num_position_embeddings", 0) : 0;
    long block = width * side * side;
    int mergers = 1 + tower.numbers("deepstack_visual_indexes").size();
    return tower.count("depth", 0) * layer
        + (3L * tower.count("temporal_patch_size", 0) * patch * patch + positions) * width
        + mergers * (block + hidden) * block;
  }

  private static long patches(ConfigObject tower) {
    long side = tower.size("image_size", 0) / tower.size("patch_size", 0);
    return side * side;
  }

  /**
   * Pixel shuffle where there is a scale_factor, and behind it, of Idefics3's kind, one matrix, as
   * in Gemma 3; of the first Qwen-VL, a resampler with 256 queries; else an MLP of two layers, as
   * in InternVL and Phi-3-V.
   */
  private static long connectorSize(ConfigObject model, long width, long hidden) {
    if (text(model, "model_type").equals("qwen")) {
      return (width + 5 * hidden + 2 * 256) * (long) hidden;
    }
    int scale = model.has("scale_factor") ? model.count("scale_factor", 0) : 1;
    String type = text(model, "model_type");
    boolean mlp = type.equals("internvl") || type.equals("phi3_v");
    boolean single = scale > 1 && !mlp || type.equals("gemma3");
    return (scale * scale * width + (single ? 0 : hidden)) * hidden;
  }

  private static String text(ConfigObject from, String key) {
    String text = from.text(key, ABSENT);
    if (text.isBlank()) {
      throw from.unexpected("a text", key, "none");
    }
    return text;
  }
}
