package org.vlmvisualizer.prompt;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;

/** The post_processor of a tokenizer.json that puts tokens in front of and behind a text. */
final class TemplateProcessing {
  private static final Gson GSON = new Gson();

  private TemplateProcessing() {}

  /**
   * @param bos null for none
   * @param eos null for none
   */
  static JsonObject around(String bos, Integer bosId, String eos, Integer eosId) {
    JsonArray single = new JsonArray();
    JsonObject special = new JsonObject();
    if (bos != null) {
      single.add(piece("SpecialToken", bos));
      special.add(bos, special(bos, bosId));
    }
    single.add(piece("Sequence", "A"));
    if (eos != null) {
      single.add(piece("SpecialToken", eos));
      special.add(eos, special(eos, eosId));
    }
    JsonArray pair = single.deepCopy();
    pair.add(piece("Sequence", "B"));
    JsonObject template = new JsonObject();
    template.addProperty("type", "TemplateProcessing");
    template.add("single", single);
    template.add("pair", pair);
    template.add("special_tokens", special);
    return template;
  }

  private static JsonElement piece(String kind, String id) {
    return GSON.toJsonTree(Map.of(kind, Map.of("id", id, "type_id", 0)));
  }

  private static JsonElement special(String token, int id) {
    return GSON.toJsonTree(Map.of("id", token, "ids", List.of(id), "tokens", List.of(token)));
  }
}
