package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;
import org.vlmvisualizer.prompt.SentencePieceModel.Piece;
import org.vlmvisualizer.prompt.SentencePieceModel.Type;

/**
 * Writes a SentencePiece model, with the tokens that a checkpoint adds to it, as the tokenizer.json
 * that gives the same ids: byte-pair merges in the order of the pieces' scores, unknown characters
 * as bytes.
 *
 * <p>Source: transformers 4.57, tokenization_llama.py (the slow tokenizer, whose ids count) and
 * convert_slow_tokenizer.py.
 */
public final class SentencePieceTokenizer {
  private static final String SPACE = "\u2581";

  private static final int MAX_MERGES = 2_000_000;
  private static final String MODEL = "tokenizer.model";
  private static final String CONFIG = "tokenizer_config.json";

  /**
   * A tokenizer.json, and what goes in front of a text that is not empty before it is tokenised: a
   * space for tokenizers that are not "legacy", for whom the library would add it in fewer cases.
   */
  public record TokenizerJson(JsonObject json, String prefix) {}

  private final SentencePieceModel model;
  private final JsonObject config;
  private final Map<String, Integer> ids = new HashMap<>();
  private final TreeMap<Integer, JsonObject> added = new TreeMap<>();

  private SentencePieceTokenizer(SentencePieceModel model, JsonObject config) {
    this.model = model;
    this.config = config;
    for (Piece piece : model.pieces()) {
      if (piece.type() == Type.CONTROL || piece.type() == Type.UNKNOWN) {
        add(ids.size(), piece.text(), true, new JsonObject());
      }
      ids.put(piece.text(), ids.size());
    }
  }

  /**
   * The content of tokenizer.json for a checkpoint with tokenizer.model, or its own tokenizer.json
   * if it has no such model.
   *
   * @param has whether the checkpoint has a file of a name
   * @param read the bytes of one of its files
   * @throws InputException if the files are broken, or of a kind that gives other ids
   */
  public static TokenizerJson tokenizerJson(Predicate<String> has, Function<String, byte[]> read) {
    JsonObject config = has.test(CONFIG) ? json(CONFIG, read) : new JsonObject();
    try {
      if (TokenizerConfig.flag(config, "add_eos_token", false)) {
        throw new InputException(
            "Expected a tokenizer that ends no prompt by itself, but %s sets add_eos_token; set it to false."
                .formatted(CONFIG));
      }
      if (!has.test(MODEL)) {
        JsonObject tokenizer = TokenizerConfig.applied(json("tokenizer.json", read), config);
        return new TokenizerJson(tokenizer, "");
      }
      SentencePieceTokenizer tokenizer =
          new SentencePieceTokenizer(SentencePieceModel.parse(read.apply(MODEL)), config);
      if (has.test("added_tokens.json")) {
        tokenizer.addAll(json("added_tokens.json", read));
      }
      return new TokenizerJson(tokenizer.write(), tokenizer.prefix());
    } catch (IllegalStateException
        | ClassCastException
        | UnsupportedOperationException
        | NumberFormatException e) {
      throw new InputException(
          "Expected tokens with their ids in added_tokens.json and %s, but they are broken; download them again."
              .formatted(CONFIG),
          e);
    }
  }

  private static JsonObject json(String name, Function<String, byte[]> read) {
    try {
      return StrictJson.object(read.apply(name));
    } catch (JsonParseException e) {
      throw new InputException(
          "Expected a JSON object, but %s is broken (%s); download it again."
              .formatted(name, e.getMessage()),
          e);
    }
  }

  private void addAll(JsonObject addedTokens) {
    addedTokens
        .entrySet()
        .forEach(e -> add(e.getValue().getAsInt(), e.getKey(), false, new JsonObject()));
  }

  /** Adds or replaces a token that is found whole wherever it stands. */
  private void add(int id, String content, boolean special, JsonObject settings) {
    // added_tokens.json of some checkpoints lists the model's own control tokens once more.
    boolean known = added.containsKey(id) && added.get(id).get("special").getAsBoolean();
    boolean control = known || TokenizerConfig.flag(settings, "special", special);
    added.put(id, TokenizerConfig.added(id, content, settings, false, control));
  }

  private JsonObject write() {
    if (config.has("added_tokens_decoder")) {
      config
          .getAsJsonObject("added_tokens_decoder")
          .entrySet()
          .forEach(
              e -> {
                JsonObject token = e.getValue().getAsJsonObject();
                String content = token.get("content").getAsString();
                add(Integer.parseInt(e.getKey()), content, false, token);
              });
    }
    checkAdded();
    JsonObject json = new JsonObject();
    json.addProperty("version", "1.0");
    JsonArray tokens = new JsonArray();
    added.values().forEach(tokens::add);
    json.add("added_tokens", tokens);
    writeText(json);
    json.add("model", bytePairs());
    return json;
  }

  /** Tokens beyond the model continue its ids; those within are its pieces. */
  private void checkAdded() {
    int next = model.pieces().size();
    for (Map.Entry<Integer, JsonObject> entry : added.entrySet()) {
      int id = entry.getKey();
      String content = entry.getValue().get("content").getAsString();
      boolean within = id >= 0 && id < model.pieces().size();
      Integer piece = ids.get(content);
      boolean fits = within ? piece != null && piece == id : piece == null && id == next++;
      if (!fits || content.isEmpty()) {
        throw new InputException(
            "Expected added tokens to continue the ids of %s, but '%s' has id %d; use the tokenizer files that belong together."
                .formatted(MODEL, content, id));
      }
      if (!within) {
        ids.put(content, id);
      }
    }
  }

  private boolean legacy() {
    return TokenizerConfig.flag(config, "legacy", true);
  }

  private boolean beginsWithSpace() {
    return model.addDummyPrefix() && TokenizerConfig.flag(config, "add_prefix_space", true);
  }

  private String prefix() {
    return beginsWithSpace() && !legacy() ? SPACE : "";
  }

  /** A legacy tokenizer puts a space in front of each part of a text between added tokens. */
  private void writeText(JsonObject json) {
    String prepend = "{'type': 'Prepend', 'prepend': '%s'}, ".formatted(SPACE);
    json.add(
        "normalizer",
        parse(
            "{'type': 'Sequence', 'normalizers': [%s{'type': 'Replace', 'pattern': {'String': ' '}, 'content': '%s'}]}"
                .formatted(beginsWithSpace() && legacy() ? prepend : "", SPACE)));
    json.add(
        "decoder",
        parse(
            "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '\u2581'}, 'content': ' '}, {'type': 'ByteFallback'}, {'type': 'Fuse'}, {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}]}"));
    if (TokenizerConfig.flag(config, "add_bos_token", true)) {
      json.add("post_processor", beginning());
    }
  }

  private static JsonObject parse(String json) {
    return StrictJson.object(json.replace('\'', '"'));
  }

  private JsonObject beginning() {
    String bos = TokenizerConfig.token(config, "bos_token", "<s>");
    if (!ids.containsKey(bos)) {
      throw new InputException(
          "Expected the bos_token of %s to be a token of %s, but '%s' is none."
              .formatted(CONFIG, MODEL, bos));
    }
    return TemplateProcessing.around(bos, ids.get(bos), null, null);
  }

  private JsonObject bytePairs() {
    JsonObject json = new JsonObject();
    json.addProperty("type", "BPE");
    json.addProperty("fuse_unk", true);
    JsonObject vocab = new JsonObject();
    boolean bytes = false;
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      vocab.addProperty(piece.text(), id);
      bytes |= piece.type() == Type.BYTE;
      if (piece.type() == Type.UNKNOWN) {
        json.addProperty("unk_token", piece.text());
      }
    }
    json.addProperty("byte_fallback", bytes);
    json.add("vocab", vocab);
    json.add("merges", merges());
    return json;
  }

  /** Two pieces that make a third, as [left, right]. */
  private record Merge(String left, String right, float score, int leftId, int rightId) {}

  /**
   * SentencePiece joins the two neighbours whose whole has the highest score; so all ways to make a
   * piece, in the order of the pieces' scores.
   */
  private JsonArray merges() {
    List<Merge> merges = new ArrayList<>();
    for (Piece piece : model.pieces()) {
      String text = piece.text();
      if (piece.type() != Type.NORMAL) {
        continue;
      }
      for (int i = text.offsetByCodePoints(0, 1); i < text.length(); ) {
        Integer left = normal(text.substring(0, i));
        Integer right = left == null ? null : normal(text.substring(i));
        if (right != null) {
          String first = text.substring(0, i);
          merges.add(new Merge(first, text.substring(i), piece.score(), left, right));
        }
        i = text.offsetByCodePoints(i, 1);
      }
      if (merges.size() > MAX_MERGES) {
        throw SentencePieceModel.refused("has pieces that can be made in too many ways");
      }
    }
    merges.sort(
        Comparator.comparingDouble((Merge m) -> -m.score())
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    JsonArray json = new JsonArray();
    for (Merge merge : merges) {
      JsonArray pair = new JsonArray();
      pair.add(merge.left());
      pair.add(merge.right());
      json.add(pair);
    }
    return json;
  }

  private Integer normal(String text) {
    Integer id = ids.get(text);
    boolean piece = id != null && id < model.pieces().size();
    return piece && model.pieces().get(id).type() == Type.NORMAL ? id : null;
  }
}
