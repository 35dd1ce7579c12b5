package org.vlmvisualizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * A tiny seeded Qwen3-VL whose tokenizer has the tokens around thoughts, as those of Thinking
 * models do. What it writes is chosen by a test: each of some tokens once, in an order of its own.
 */
public final class ThinkingModel {
  /** The option for its prompt; its chat template is none of its files. */
  public static final String TEMPLATE = "qwen3_vl_thinking";

  /** The id of {@code </think>}. */
  public static final int END = 321;

  /** Of {@code <|endoftext|>}, which ends an answer, too, and is in no prompt. */
  public static final int EOS = 312;

  private static final int VOCABULARY = 328;

  private ThinkingModel() {}

  /** Copied to {@code parent/checkpoint}. */
  public static CheckpointCopy copy(Path parent) {
    return CheckpointCopy.of("families/qwen3-vl-one", parent)
        .edit(
            "tokenizer.json",
            json -> {
              JsonArray added = json.getAsJsonArray("added_tokens");
              added.add(token(END - 1, "<think>"));
              added.add(token(END, "</think>"));
            });
  }

  /** Neither is special in Qwen3's tokenizer. */
  private static JsonObject token(int id, String text) {
    JsonObject token = new JsonObject();
    token.addProperty("id", id);
    token.addProperty("content", text);
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
      token.addProperty(flag, false);
    }
    return token;
  }

  /** Lets it write no other tokens than these, each once; and the first of them at the start. */
  public static void write(CheckpointCopy copy, int first, int... others) {
    copy.edit(
        "generation_config.json",
        json -> {
          json.add(
              "suppress_tokens",
              allBut(IntStream.concat(IntStream.of(first), IntStream.of(others)).toArray()));
          json.add("begin_suppress_tokens", allBut(first));
          json.addProperty("no_repeat_ngram_size", 1);
        });
  }

  private static JsonArray allBut(int... wanted) {
    JsonArray ids = new JsonArray();
    IntStream.range(0, VOCABULARY)
        .filter(id -> IntStream.of(wanted).noneMatch(other -> other == id))
        .forEach(ids::add);
    return ids;
  }
}
