package org.vlmvisualizer.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/**
 * Writes a vocabulary of tiktoken's, a token in Base64 and its rank a line, as the tokenizer.json
 * that gives the same ids: bytes written as GPT-2's characters, and every way to make a token of
 * two others as a merge, in the order of the ranks.
 *
 * <p>tiktoken joins the two neighbours whose whole has the lowest rank, the leftmost of several. So
 * does this, but where three neighbours a, b, c make the same token of a and b as of b and c, cut
 * elsewhere: then the merge with the lower ids comes first.
 *
 * <p>Source: tiktoken 0.9, load.py and src/lib.rs; transformers 4.57.6, convert_slow_tokenizer.py,
 * TikTokenConverter.
 */
public final class TiktokenTokenizer {
  /** Qwen's has 152 thousand. */
  private static final int MAX_TOKENS = 1_000_000;

  /** Bytes; the longest of Qwen's are 128 spaces. */
  private static final int MAX_TOKEN = 256;

  /** Qwen's has 430 thousand. */
  private static final int MAX_MERGES = 4_000_000;

  private static final int BYTES = 256;

  private static final String BYTES_ALONE =
      "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': false, 'use_regex': false}";

  /** A token that is found whole wherever it stands; a control token is no part of an answer. */
  public record Added(String text, boolean control) {}

  private final String file;
  private final List<String> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();

  private TiktokenTokenizer(String file) {
    this.file = file;
  }

  /**
   * @param content of the vocabulary
   * @param file its name, for messages
   * @param added tokens whose ids are behind those of the vocabulary, in their order
   * @throws InputException if the file is broken, or larger than any vocabulary in use
   */
  public static JsonObject tokenizerJson(byte[] content, String file, List<Added> added) {
    TiktokenTokenizer tokenizer = new TiktokenTokenizer(file);
    new String(content, StandardCharsets.ISO_8859_1).lines().forEach(tokenizer::read);
    tokenizer.requireBytes();
    return tokenizer.write(added);
  }

  /** One line; ranks count up from 0. */
  private void read(String line) {
    int space = line.indexOf(' ');
    byte[] token = space < 0 ? new byte[0] : decoded(line.substring(0, space));
    if (token.length == 0 || !line.substring(space + 1).strip().equals("" + pieces.size())) {
      throw refused(
          "a token in Base64 and the rank %d in line %d"
              .formatted(pieces.size(), pieces.size() + 1),
          "another line");
    }
    if (token.length > MAX_TOKEN || pieces.size() == MAX_TOKENS) {
      throw refused(
          "at most %d tokens of at most %d bytes".formatted(MAX_TOKENS, MAX_TOKEN), "more");
    }
    String piece = ByteLevel.piece(token);
    if (ids.put(piece, pieces.size()) != null) {
      throw refused("each token once", "that of line %d twice".formatted(pieces.size() + 1));
    }
    pieces.add(piece);
  }

  /** Nothing if it is no Base64. */
  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Without a byte, a text that has it would have no ids. */
  private void requireBytes() {
    for (int b = 0; b < BYTES; b++) {
      if (!ids.containsKey(ByteLevel.piece(new byte[] {(byte) b}))) {
        throw refused("a token for each byte", "none for byte %d".formatted(b));
      }
    }
  }

  private JsonObject write(List<Added> added) {
    JsonObject json = new JsonObject();
    json.addProperty("version", "1.0");
    json.add("added_tokens", added(added));
    json.add("normalizer", parse("{'type': 'NFC'}"));
    json.add("pre_tokenizer", split());
    json.add("decoder", parse(BYTES_ALONE));
    json.add("model", bytePairs());
    return json;
  }

  private JsonArray added(List<Added> added) {
    JsonArray tokens = new JsonArray();
    for (Added token : added) {
      int id = pieces.size() + tokens.size();
      tokens.add(TokenizerConfig.added(id, token.text(), new JsonObject(), false, token.control()));
    }
    return tokens;
  }

  private static JsonObject parse(String json) {
    return StrictJson.object(json.replace('\'', '"'));
  }

  private static JsonObject split() {
    JsonObject pattern = new JsonObject();
    pattern.addProperty("Regex", TokenizerParts.QWEN_SPLIT);
    JsonObject split = parse("{'type': 'Split', 'behavior': 'Isolated', 'invert': false}");
    split.add("pattern", pattern);
    JsonArray both = new JsonArray();
    both.add(split);
    both.add(parse(BYTES_ALONE));
    JsonObject sequence = parse("{'type': 'Sequence'}");
    sequence.add("pretokenizers", both);
    return sequence;
  }

  private JsonObject bytePairs() {
    JsonObject json = new JsonObject();
    json.addProperty("type", "BPE");
    // As tiktoken, a text that is a token is that token.
    json.addProperty("ignore_merges", true);
    JsonObject vocab = new JsonObject();
    for (int id = 0; id < pieces.size(); id++) {
      vocab.addProperty(pieces.get(id), id);
    }
    json.add("vocab", vocab);
    json.add("merges", merges());
    return json;
  }

  private JsonArray merges() {
    JsonArray json = new JsonArray();
    for (String piece : pieces) {
      List<String[]> ways = new ArrayList<>();
      for (int i = 1; i < piece.length(); i++) {
        String left = piece.substring(0, i);
        String right = piece.substring(i);
        if (ids.containsKey(left) && ids.containsKey(right)) {
          ways.add(new String[] {left, right});
        }
      }
      if (json.size() + ways.size() > MAX_MERGES) {
        throw refused("tokens that can be made in few ways", "too many ways");
      }
      ways.sort(
          Comparator.comparing((String[] way) -> ids.get(way[0]))
              .thenComparing(way -> ids.get(way[1])));
      // No piece has a space: the byte of one is written otherwise.
      ways.forEach(way -> json.add(way[0] + " " + way[1]));
    }
    return json;
  }

  private InputException refused(String expected, String found) {
    return new InputException(
        "Expected %s in %s, found %s; download it again.".formatted(expected, file, found));
  }
}
