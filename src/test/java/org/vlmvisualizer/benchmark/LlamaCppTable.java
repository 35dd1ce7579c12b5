package org.vlmvisualizer.benchmark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/**
 * What {@link StageBenchmark} measured beside llama.cpp, as a table in Markdown: {@code
 * LlamaCppTable OURS LLAMA-BENCH...}, the first as StageBenchmark prints it, the others as
 * llama-bench does with {@code -o json}.
 */
public final class LlamaCppTable {
  private LlamaCppTable() {}

  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    JsonObject ours = JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    JsonArray theirs = new JsonArray();
    for (int i = 1; i < arguments.length; i++) {
      theirs.addAll(
          JsonParser.parseString(Files.readString(Path.of(arguments[i]))).getAsJsonArray());
    }
    JsonObject about = theirs.get(0).getAsJsonObject();
    System.out.printf(
        Locale.ROOT,
        "%n| tokens a second | ours | llama.cpp %s, %s, %d threads | ours over llama.cpp |%n| --- | --- | --- | --- |%n",
        about.get("build_commit").getAsString(),
        about.get("model_type").getAsString(),
        about.get("n_threads").getAsInt());
    for (JsonElement test : theirs) {
      row(test.getAsJsonObject(), ours);
    }
  }

  private static void row(JsonObject test, JsonObject ours) {
    double theirs =
        Runs.median(
            StreamSupport.stream(test.getAsJsonArray("samples_ts").spliterator(), false)
                .map(JsonElement::getAsDouble)
                .toList());
    int prompt = test.get("n_prompt").getAsInt();
    double mine =
        prompt > 0
            ? prompt / ours.get("prefill_s").getAsDouble()
            : 1 / ours.get("token_s").getAsDouble();
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.2f |%n",
        label(prompt, test.get("n_depth").getAsInt()),
        mine,
        theirs,
        mine / theirs);
  }

  private static String label(int prompt, int depth) {
    if (prompt > 0) {
      return "prompt of %d tokens, ours with the vision tower".formatted(prompt);
    }
    return "decode, llama.cpp's behind " + (depth > 0 ? depth + " tokens" : "no prompt");
  }
}
