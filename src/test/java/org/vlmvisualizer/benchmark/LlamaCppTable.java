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
 * LlamaCppTable OURS LLAMA-BENCH}, the first as StageBenchmark prints it, the second as llama-bench
 * does with {@code -o json}.
 */
public final class LlamaCppTable {
  private LlamaCppTable() {}

  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    JsonObject ours = JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    JsonArray theirs =
        JsonParser.parseString(Files.readString(Path.of(arguments[1]))).getAsJsonArray();
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
        prompt > 0 ? "prompt of %d tokens, ours with the vision tower".formatted(prompt) : "decode",
        mine,
        theirs,
        mine / theirs);
  }
}
