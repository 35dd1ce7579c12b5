package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;

/**
 * How long more maps of an answer will take, from what its run tells of itself: an estimate, in
 * seconds, without the loading of the model; NaN if the run does not tell.
 */
public final class ForetoldTime {
  private static final int PASSES_OF_CHECK = 2;

  private ForetoldTime() {}

  /** Of maps of all tokens by a method: the answer read once more, and what the method asks. */
  public static double by(AttentionResult answer, String method) {
    try {
      TokenMaps maps = answer.maps();
      double passes =
          AttributionMethods.of(method, RequestOptions.of(answer, method).request().options())
              .passes(maps.size(), maps.grid().size());
      return ofRun(answer, "vision")
          + ofRun(answer, "prefill")
          + ofRun(answer, "decode")
          + passes * reading(answer);
    } catch (InputException e) {
      return Double.NaN; // whoever asks for the maps is told
    }
  }

  /** Of the check of one token's map. */
  public static double check(AttentionResult answer) {
    return PASSES_OF_CHECK * reading(answer);
  }

  /**
   * Of reading picture and prompt once. Where the run found a part of the prompt read, the rest is
   * scaled to the whole; a tower that did not have to look again is missing.
   */
  private static double reading(AttentionResult answer) {
    JsonObject run = answer.run();
    double prefill = ofRun(answer, "prefill");
    if (run.has("prefix_reused") && run.has("prompt_ids")) {
      int all = run.getAsJsonArray("prompt_ids").size();
      int read = all - run.get("prefix_reused").getAsInt();
      prefill *= read > 0 ? (double) all / read : 1;
    }
    return ofRun(answer, "vision") + prefill;
  }

  private static double ofRun(AttentionResult answer, String stage) {
    JsonObject seconds = answer.run().getAsJsonObject("seconds");
    return seconds != null && seconds.has(stage) ? seconds.get(stage).getAsDouble() : Double.NaN;
  }
}
