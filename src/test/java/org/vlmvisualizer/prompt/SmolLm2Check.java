package org.vlmvisualizer.prompt;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.network.CpuNetwork;
import org.vlmvisualizer.network.LlavaNetwork;

/**
 * Compares real weights with transformers: {@code SmolLm2Check FOLDER}, where FOLDER is what
 * src/test/python/make_smollm2_checkpoint.py wrote. Continues the texts of golden/smollm2.json
 * without a picture, and tells how many have the same ids. No test, since the weights are not part
 * of the repository.
 */
final class SmolLm2Check {
  private SmolLm2Check() {}

  public static void main(String[] arguments) throws Exception {
    JsonObject golden =
        JsonParser.parseString(Files.readString(Path.of("src/test/resources/golden/smollm2.json")))
            .getAsJsonObject();
    int prompts = 0;
    int answers = 0;
    int count = 0;
    try (Model model = Model.open(Checkpoint.open(Path.of(arguments[0])));
        LlavaNetwork network =
            CpuNetwork.load(model.config(), model.weights(), Precision.FLOAT32)) {
      for (JsonElement element : golden.getAsJsonArray("texts")) {
        JsonObject text = element.getAsJsonObject();
        TokenSequence prompt = prompt(model.encoder(), text.get("text").getAsString());
        int[] expected = ints(text, "generated_ids");
        int[] found =
            network
                .session(nothing(model.config().vision().imageSize()), prompt)
                .generate(
                    expected.length,
                    Generation.greedy(Set.of()),
                    model.encoder()::text,
                    TraceRequest.NOTHING,
                    Progress.NONE)
                .tokens()
                .stream()
                .mapToInt(GeneratedToken::id)
                .toArray();
        boolean samePrompt = Arrays.equals(ints(text, "input_ids"), prompt.inputIds());
        int same = Math.max(0, Arrays.mismatch(expected, found));
        boolean sameAnswer = Arrays.equals(expected, found);
        count++;
        prompts += samePrompt ? 1 : 0;
        answers += sameAnswer ? 1 : 0;
        System.out.printf(
            "%2d: %d prompt ids %s, %d generated ids %s%n",
            count,
            prompt.length(),
            samePrompt ? "equal" : "DIFFER",
            found.length,
            sameAnswer ? "equal" : "DIFFER from number " + same);
      }
    }
    System.out.printf(
        "Of %d texts, %d have the same prompt ids and %d the same answer.%n",
        count, prompts, answers);
  }

  private static TokenSequence prompt(PromptEncoder encoder, String text) {
    int[] ids = encoder.tokens(text).stream().mapToInt(PromptEncoder.Token::id).toArray();
    return new TokenSequence(
        text,
        ids,
        Arrays.stream(ids).mapToObj(encoder::text).toList(),
        List.of(new Span(Span.Kind.PROMPT, 0, ids.length)));
  }

  /** A crop of which no token is made. */
  private static ModelInput nothing(int size) {
    Spread none = new Spread(new int[] {0}, new int[0], new float[0]);
    return new ModelInput(
        List.of(Crop.square(new float[3 * size * size], size)),
        new Layout(List.of(), new int[0], new int[0], none),
        List.of());
  }

  private static int[] ints(JsonObject json, String key) {
    return StreamSupport.stream(json.getAsJsonArray(key).spliterator(), false)
        .mapToInt(JsonElement::getAsInt)
        .toArray();
  }
}
