package org.vlmvisualizer.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;

/**
 * A LoRA adapter in PEFT's layout: adapter_config.json and adapter_model.safetensors or .bin, and
 * from LLaVA's own training non_lora_trainables.bin with weights that were trained as a whole.
 *
 * <p>Source: peft 0.17, tuners/lora/config.py and layer.py, utils/save_and_load.py; LLaVA 1.2,
 * model/builder.py.
 *
 * @param replaced weights trained as a whole, by the base's stored names
 * @param changes module to its low-rank change, by the base's stored names without ".weight"
 */
public record LoraAdapter(List<StoredTensor> replaced, Map<String, LowRank> changes) {
  static final String CONFIG = "adapter_config.json";

  private static final List<String> MODELS =
      List.of("adapter_model.safetensors", "adapter_model.bin");
  private static final String WHOLE = "non_lora_trainables.bin";
  private static final String PREFIX = "base_model.model.";
  private static final int MAX_RANK = 1 << 16;

  /** Keys that change the formula; any other value than absent, null, false or empty is refused. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "fan_in_fan_out",
          "rank_pattern",
          "alpha_pattern",
          "lora_bias",
          "layer_replication",
          "megatron_config",
          "trainable_token_indices",
          "target_parameters",
          "use_qalora",
          "alora_invocation_tokens");

  /** How the base of the adapter in this folder is called. */
  static String baseName(Path folder) {
    String name = config(folder).text("base_model_name_or_path", "");
    if (name.isBlank()) {
      throw new InputException(
          "Expected base_model_name_or_path in %s, found none; write there the folder of the model that the adapter was trained on."
              .formatted(folder.resolve(CONFIG)));
    }
    return name;
  }

  /** The files with weights. */
  static List<Path> files(Path folder) {
    Stream<Path> models = MODELS.stream().map(folder::resolve).filter(Files::isRegularFile);
    Stream<Path> whole = Stream.of(folder.resolve(WHOLE)).filter(Files::isRegularFile);
    return Stream.concat(models.limit(1), whole).toList();
  }

  /**
   * Reads an adapter's settings and lists its tensors.
   *
   * @throws InputException if it is broken, or asks for what is not supported; the message names it
   */
  static LoraAdapter open(Path folder) {
    ConfigObject config = config(folder);
    double scale = scale(config);
    Map<String, StoredTensor> as = new LinkedHashMap<>();
    Map<String, StoredTensor> bs = new LinkedHashMap<>();
    List<StoredTensor> replaced = new ArrayList<>();
    for (Path file : files(folder)) {
      for (StoredTensor tensor : WeightFiles.tensors(file)) {
        sort(tensor, as, bs, replaced);
      }
    }
    Map<String, LowRank> changes = new LinkedHashMap<>();
    as.forEach((module, a) -> changes.put(module, change(module, a, bs.remove(module), scale)));
    if (!bs.isEmpty()) {
      throw unpaired(bs.keySet().iterator().next());
    }
    LoraAdapter adapter = new LoraAdapter(replaced, changes);
    adapter.checkModules(config, folder);
    return adapter;
  }

  private static ConfigObject config(Path folder) {
    return new ConfigObject(Checkpoint.parse(folder.resolve(CONFIG)), CONFIG);
  }

  private static double scale(ConfigObject c) {
    c.oneOf("peft_type", "LORA", List.of("LORA"));
    for (String key : UNSUPPORTED) {
      if (c.has(key) && !isOff(c.json().get(key))) {
        throw new InputException(
            "Expected a plain LoRA adapter, but %s sets %s, which is not supported; merge the adapter in Python with merge_and_unload."
                .formatted(CONFIG, key));
      }
    }
    // PiSSA, OLoRA, CorDA and LoftQ change the base's weights when they begin.
    JsonElement init = c.json().get("init_lora_weights");
    if (init != null && !(init instanceof JsonPrimitive flag && flag.isBoolean())) {
      c.oneOf("init_lora_weights", "gaussian", List.of("gaussian"));
    }
    int rank = c.size("r", 8);
    double alpha = c.number("lora_alpha", 8);
    return alpha / (c.flag("use_rslora", false) ? Math.sqrt(rank) : rank);
  }

  private static boolean isOff(JsonElement value) {
    return value.isJsonPrimitive() && !value.getAsJsonPrimitive().isString()
        ? value.toString().equals("false")
        : value.isJsonArray() && value.getAsJsonArray().isEmpty()
            || value.isJsonObject() && value.getAsJsonObject().isEmpty();
  }

  /** Names end in lora_A.weight, or lora_A.default.weight where a state dict was saved raw. */
  private static void sort(
      StoredTensor tensor,
      Map<String, StoredTensor> as,
      Map<String, StoredTensor> bs,
      List<StoredTensor> replaced) {
    String name = tensor.name().replace(".default.", ".").replace(".modules_to_save.", ".");
    name = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    if (name.endsWith(".lora_A.weight")) {
      putOnce(as, name.replace(".lora_A.weight", ""), tensor);
    } else if (name.endsWith(".lora_B.weight")) {
      putOnce(bs, name.replace(".lora_B.weight", ""), tensor);
    } else if (name.contains("lora_")) {
      throw new InputException(
          "Expected LoRA of linear layers alone, but the adapter has %s; merge the adapter in Python with merge_and_unload."
              .formatted(tensor.name()));
    } else {
      replaced.add(tensor.named(name));
    }
  }

  private static void putOnce(
      Map<String, StoredTensor> tensors, String module, StoredTensor tensor) {
    if (tensors.put(module, tensor) != null) {
      throw new InputException(
          "Expected each weight once, but %s is stored twice in the adapter."
              .formatted(tensor.name()));
    }
  }

  private static LowRank change(String module, StoredTensor a, StoredTensor b, double scale) {
    if (b == null) {
      throw unpaired(module);
    }
    boolean fits =
        a.shape().length == 2
            && b.shape().length == 2
            && a.shape()[0] == b.shape()[1]
            && a.shape()[0] <= MAX_RANK
            && a.dtype().isWeight()
            && b.dtype().isWeight();
    if (!fits) {
      throw new InputException(
          "Expected matrices lora_A [r, in] and lora_B [out, r] for %s, found %s and %s."
              .formatted(module, a, b));
    }
    return new LowRank(a, b, scale);
  }

  private static InputException unpaired(String module) {
    return new InputException(
        "Expected lora_A and lora_B for " + module + ", but the adapter has only one of them.");
  }

  /** Every module that the settings name has weights, and the rank is theirs. */
  private void checkModules(ConfigObject config, Path folder) {
    if (changes.isEmpty()) {
      throw new InputException(
          "Expected LoRA weights in %s of %s, found none; download the adapter again."
              .formatted(String.join(" or ", MODELS), folder));
    }
    int rank = config.size("r", 8);
    changes.forEach(
        (module, change) -> {
          if (change.a().rows() != rank) {
            throw new InputException(
                "Expected rank %d as %s says, but %s has rank %d."
                    .formatted(rank, CONFIG, module, change.a().rows()));
          }
        });
    List<String> whole = replaced.stream().map(StoredTensor::name).toList();
    checkNamed(config, "target_modules", List.copyOf(changes.keySet()));
    checkNamed(config, "modules_to_save", whole);
  }

  /** A list names modules by the end of their path; a text is a pattern and is not checked. */
  private static void checkNamed(ConfigObject config, String key, List<String> names) {
    if (!config.has(key) || !config.json().get(key).isJsonArray()) {
      return;
    }
    for (JsonElement element : config.json().getAsJsonArray(key)) {
      String module = element.isJsonPrimitive() ? element.getAsString() : "";
      if (names.stream().noneMatch(name -> ("." + name + ".").contains("." + module + "."))) {
        throw new InputException(
            "Expected weights for all %s of %s, but there are none for '%s'; download the adapter again."
                .formatted(key, CONFIG, module));
      }
    }
  }
}
