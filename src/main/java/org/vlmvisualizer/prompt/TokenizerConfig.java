package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.vlmvisualizer.core.InputException;

/**
 * What tokenizer_config.json changes about a tokenizer.json: tokens that it adds, and whether BOS
 * and EOS go around a prompt.
 *
 * <p>Source: transformers 4.57.6, tokenization_utils_fast.py, tokenization_llama_fast.py,
 * tokenization_qwen2_fast.py, tokenization_gpt2_fast.py, tokenization_gemma_fast.py.
 */
public final class TokenizerConfig {
  private static final String FILE = "tokenizer_config.json";
  private static final String ADDED = "added_tokens";

  /** The classes that make their own post_processor. */
  private static final String LLAMA = "LlamaTokenizer";

  private static final String GEMMA = "GemmaTokenizer";

  /** These take post_processor from tokenizer.json. */
  private static final Set<String> GENERIC =
      Set.of("PreTrainedTokenizer", "TokenizersBackend", "Qwen2Tokenizer", "GPT2Tokenizer");

  private static final String END = "<|endoftext|>";

  /** Special tokens of a class where tokenizer_config.json does not name them. */
  private static final Map<String, Map<String, String>> DEFAULTS =
      Map.of(
          LLAMA,
          Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>"),
          GEMMA,
          Map.of(
              "bos_token", "<bos>",
              "eos_token", "<eos>",
              "unk_token", "<unk>",
              "pad_token", "<pad>"),
          "Qwen2Tokenizer",
          Map.of("eos_token", END, "unk_token", END, "pad_token", END),
          "GPT2Tokenizer",
          Map.of("bos_token", END, "eos_token", END, "unk_token", END));

  private static final List<String> SPECIAL =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token",
          "image_token");

  private final JsonObject config;
  private final JsonObject tokenizer;
  private final Map<String, Integer> ids = new HashMap<>();
  private final TreeMap<Integer, JsonObject> added = new TreeMap<>();
  private final int vocabSize;

  private TokenizerConfig(JsonObject tokenizer, JsonObject vocab, JsonObject config) {
    this.tokenizer = new JsonObject();
    tokenizer.entrySet().forEach(entry -> this.tokenizer.add(entry.getKey(), entry.getValue()));
    this.config = config;
    vocab.entrySet().forEach(entry -> ids.put(entry.getKey(), entry.getValue().getAsInt()));
    vocabSize = ids.size();
  }

  /**
   * The tokenizer.json that gives the ids which transformers gives for both files.
   *
   * @param config the content of tokenizer_config.json; empty if there is none
   * @throws InputException if it asks for what is not supported, or the files do not fit together
   */
  public static JsonObject applied(JsonObject tokenizer, JsonObject config) {
    try {
      JsonElement vocab = tokenizer.getAsJsonObject("model").get("vocab");
      if (vocab.isJsonArray()) {
        return tokenizer; // of a kind that TokenizerParts refuses
      }
      TokenizerConfig both = new TokenizerConfig(tokenizer, vocab.getAsJsonObject(), config);
      both.addTokens();
      both.surround();
      return both.tokenizer;
    } catch (IllegalStateException
        | NullPointerException
        | ClassCastException
        | UnsupportedOperationException
        | NumberFormatException e) {
      throw new InputException(
          "Expected a vocabulary in tokenizer.json, and tokens with their ids in %s, but they are broken; download them again."
              .formatted(FILE),
          e);
    }
  }

  private void addTokens() {
    JsonArray own = tokenizer.getAsJsonArray(ADDED);
    if (own != null) {
      own.forEach(token -> add(token.getAsJsonObject()));
    }
    if (has(config, "added_tokens_decoder")) {
      TreeMap<Integer, JsonObject> further = new TreeMap<>();
      config
          .getAsJsonObject("added_tokens_decoder")
          .entrySet()
          .forEach(e -> further.put(Integer.parseInt(e.getKey()), e.getValue().getAsJsonObject()));
      further.values().forEach(this::add);
    }
    for (String content : special()) {
      if (ids.containsKey(content) && !added.containsKey(ids.get(content))) {
        JsonObject token = new JsonObject();
        token.addProperty("content", content);
        token.addProperty("special", true);
        add(token);
      }
    }
    JsonArray all = new JsonArray();
    added.values().forEach(all::add);
    tokenizer.add(ADDED, all);
  }

  /** The texts of the special tokens, each of which is found whole wherever it stands. */
  private List<String> special() {
    List<String> all = new ArrayList<>();
    Map<String, String> byDefault = DEFAULTS.getOrDefault(type(), Map.of());
    for (String key : SPECIAL) {
      // A token that is null is none, whatever the class has by default.
      all.add(config.has(key) ? token(key, null) : byDefault.get(key));
    }
    for (String key : List.of("additional_special_tokens", "extra_special_tokens")) {
      JsonElement more = has(config, key) ? config.get(key) : new JsonArray();
      Collection<JsonElement> tokens =
          more.isJsonObject()
              ? more.getAsJsonObject().asMap().values()
              : more.getAsJsonArray().asList();
      tokens.forEach(token -> all.add(content(token)));
    }
    return all;
  }

  /**
   * Adds a token, or replaces how one is found. As in the tokenizers library, one that is not in
   * the vocabulary gets the next free id, whatever the file says.
   */
  private void add(JsonObject token) {
    String content = content(token);
    int next = added.isEmpty() ? vocabSize : Math.max(vocabSize, added.lastKey() + 1);
    int id = ids.computeIfAbsent(content, unknown -> next);
    added.put(id, complete(token, id));
  }

  private static JsonObject complete(JsonObject token, int id) {
    boolean special = flag(token, "special", false);
    return added(id, content(token), token, flag(token, "normalized", !special), special);
  }

  /**
   * An entry of added_tokens.
   *
   * @param settings how the token is found, where it says so
   */
  static JsonObject added(
      int id, String content, JsonObject settings, boolean normalized, boolean special) {
    JsonObject token = new JsonObject();
    token.addProperty("id", id);
    token.addProperty("content", content);
    for (String key : List.of("single_word", "lstrip", "rstrip")) {
      token.addProperty(key, flag(settings, key, false));
    }
    token.addProperty("normalized", normalized);
    token.addProperty("special", special);
    return token;
  }

  private String type() {
    return token("tokenizer_class", LLAMA).replaceFirst("Fast$", "");
  }

  private void surround() {
    if (flag(config, "split_special_tokens", false)) {
      throw new InputException(
          "Expected a tokenizer that finds special tokens in a text, but %s sets split_special_tokens; set it to false."
              .formatted(FILE));
    }
    String type = type();
    if (GENERIC.contains(type)) {
      setPrefixSpace();
      return;
    }
    if (!type.equals(LLAMA) && !type.equals(GEMMA)) {
      throw new InputException(
          "Expected tokenizer_class LlamaTokenizer, GemmaTokenizer, Qwen2Tokenizer, GPT2Tokenizer or PreTrainedTokenizerFast in %s, found %s; this kind of tokenizer is not supported, choose another model."
              .formatted(FILE, type));
    }
    if (type.equals(LLAMA)
        && has(config, "add_prefix_space")
        && !flag(config, "add_prefix_space", true)) {
      throw new InputException(
          "Expected a tokenizer that puts a space in front of a text, but %s sets add_prefix_space to false; this model cannot be run."
              .formatted(FILE));
    }
    tokenizer.add(
        "post_processor",
        around(
            flag(config, "add_bos_token", true) ? ownToken("bos_token") : null,
            flag(config, "add_eos_token", false) ? ownToken("eos_token") : null));
  }

  /** What tokenizer.json says about it does not count. */
  private void setPrefixSpace() {
    String key = "add_prefix_space";
    JsonElement part = tokenizer.get("pre_tokenizer");
    if (part != null && part.isJsonObject() && part.getAsJsonObject().has(key)) {
      part.getAsJsonObject().addProperty(key, flag(config, key, false));
    }
  }

  private JsonObject around(String bos, String eos) {
    for (String token : new String[] {bos, eos}) {
      if (token != null && !ids.containsKey(token)) {
        throw new InputException(
            "Expected bos_token and eos_token of %s to be tokens of tokenizer.json, but '%s' is none; use the tokenizer files that belong together."
                .formatted(FILE, token));
      }
    }
    return TemplateProcessing.around(bos, ids.get(bos), eos, ids.get(eos));
  }

  /** Whether a value is there and not null. */
  static boolean has(JsonObject json, String key) {
    return json.has(key) && !json.get(key).isJsonNull();
  }

  private String ownToken(String key) {
    return token(key, DEFAULTS.get(type()).get(key));
  }

  private String token(String key, String byDefault) {
    return token(config, key, byDefault);
  }

  /** A token is a text, or an object with its content. */
  static String token(JsonObject config, String key, String byDefault) {
    return has(config, key) ? content(config.get(key)) : byDefault;
  }

  private static String content(JsonElement value) {
    return value.isJsonObject()
        ? value.getAsJsonObject().get("content").getAsString()
        : value.getAsString();
  }

  static boolean flag(JsonObject json, String key, boolean byDefault) {
    return has(json, key) ? json.get(key).getAsJsonPrimitive().getAsBoolean() : byDefault;
  }
}
