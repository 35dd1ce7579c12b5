package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** The post_processor of a tokenizer.json that puts tokens in front of and behind a text. */
final class TemplateProcessing {
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

  private static JsonObject piece(String kind, String id) {
    JsonObject content = new JsonObject();
    content.addProperty("id", id);
    content.addProperty("type_id", 0);
    JsonObject piece = new JsonObject();
    piece.add(kind, content);
    return piece;
  }

  private static JsonObject special(String token, int id) {
    JsonArray ids = new JsonArray();
    ids.add(id);
    JsonArray tokens = new JsonArray();
    tokens.add(token);
    JsonObject special = new JsonObject();
    special.addProperty("id", token);
    special.add("ids", ids);
    special.add("tokens", tokens);
    return special;
  }
}
