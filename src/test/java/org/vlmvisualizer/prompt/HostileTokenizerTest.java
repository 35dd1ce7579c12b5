package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.json.StrictJson;

/**
 * Files that make the native tokenizer abort the program, fill memory or run for minutes, used in a
 * Java of its own: each is refused in time, with a sentence.
 */
class HostileTokenizerTest {
  private static final long MAX_MILLIS = 5000;

  private static final String DOUBLING =
      "{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'}";
  private static final String BYTES =
      "{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': false}";
  private static final String TEXT = "{'Sequence': {'id': 'A', 'type_id': 0}}";
  private static final String SECOND = "{'Sequence': {'id': 'B', 'type_id': 0}}";

  @TempDir Path folder;
  private final List<String> files = new ArrayList<>();

  private void add(Consumer<JsonObject> change) throws IOException {
    Path golden = Golden.ROOT.resolve("llama-mha/checkpoint/tokenizer.json");
    JsonObject json = StrictJson.object(Files.readAllBytes(golden));
    change.accept(json);
    Path file = folder.resolve(files.size() + ".json");
    files.add(Files.writeString(file, json.toString()).toString());
  }

  private void add(String part, String value) throws IOException {
    add(json -> json.add(part, json(value)));
  }

  private static JsonObject json(String text) {
    return StrictJson.object(text.replace('\'', '"'));
  }

  private static String sequence(String list, String part, int count) {
    return "{'type': 'Sequence', '%s': [%s]}"
        .formatted(list, String.join(",", Collections.nCopies(count, part)));
  }

  private static String template(String... single) {
    return "{'type': 'TemplateProcessing', 'single': [%s], 'pair': [%s, %s], 'special_tokens': {}}"
        .formatted(String.join(",", single), TEXT, SECOND);
  }

  private static void addTokens(JsonObject tokenizer, int count, String content) {
    JsonArray added = tokenizer.getAsJsonArray("added_tokens");
    for (int i = 0; i < count; i++) {
      JsonObject token = added.get(0).getAsJsonObject().deepCopy();
      token.addProperty("id", 1000 + i);
      token.addProperty("content", content + i);
      added.add(token);
    }
  }

  /** What the child says of each file, without the milliseconds; all in time. */
  private List<String> said() throws Exception {
    JavaProcess child = JavaProcess.run(List.of("-Xmx512m"), TokenizerChild.class, files);
    assertEquals(0, child.exitCode(), child.out() + child.err());
    List<String> said = new ArrayList<>();
    for (String line : child.out().lines().toList()) {
      long millis = Long.parseLong(line.substring(0, line.indexOf(' ')));
      assertTrue(millis < MAX_MILLIS, line);
      said.add(line.substring(line.indexOf(' ') + 1));
    }
    assertEquals(files.size(), said.size(), child.out());
    return said;
  }

  @Test
  void refusesWhatAbortsOrNeverEnds() throws Exception {
    add("normalizer", sequence("normalizers", DOUBLING, 22));
    add("decoder", sequence("decoders", DOUBLING, 30));
    add("pre_tokenizer", sequence("pretokenizers", BYTES, 16));
    add("post_processor", sequence("processors", template(TEXT), 15));
    add("post_processor", template(TEXT, TEXT));
    add("post_processor", template(SECOND));
    add("post_processor", template());
    add(json -> addTokens(json, 10, "a".repeat(100_000)));
    add(json -> addTokens(json, 1, "a".repeat(1_000_000)));
    add(json -> addTokens(json, 50_000, "b".repeat(30)));
    add(json -> vocabulary(json).addProperty("a".repeat(1001), 1000));
    add(json -> json.getAsJsonObject("model").addProperty("dropout", 0.5));
    List<String> expected =
        List.of(
            "no longer content than pattern",
            "no longer content than pattern",
            "each type of pre_tokenizer at most once",
            "each type of post_processor at most once",
            "the text A once",
            "the text A once",
            "the text A once",
            "at most 1000 characters",
            "at most 1000 characters",
            "at most 10000 added_tokens",
            "at most 1000 characters",
            "no dropout");
    List<String> said = said();
    for (int i = 0; i < expected.size(); i++) {
      assertTrue(said.get(i).contains(expected.get(i)), said.get(i));
      PlainSentence.check(said.get(i));
    }
  }

  /** As much of each as is allowed, and what transformers takes or passes over. */
  @Test
  void bearsTheLargestOfWhatItTakes() throws Exception {
    add(json -> {});
    add(json -> addTokens(json, 9_900, "a".repeat(900)));
    add(
        "padding",
        "{'strategy': {'Fixed': 2000000000}, 'direction': 'Right', 'pad_to_multiple_of': null,"
            + " 'pad_id': 0, 'pad_type_id': 0, 'pad_token': 'x'}");
    String marked = sequence("processors", BYTES, 1).replace("}]", "}, " + template(TEXT) + "]");
    add("post_processor", marked);
    for (String line : said()) {
      assertTrue(line.matches("\\d+ ids, decoded \\d+"), line);
    }
  }

  private static JsonObject vocabulary(JsonObject tokenizer) {
    return tokenizer.getAsJsonObject("model").getAsJsonObject("vocab");
  }
}
