package org.vlmvisualizer.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vlmvisualizer.core.AnswerBoxes;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Rows;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;

/**
 * The answer to one question about one or several pictures, and where the model looked.
 *
 * @param pictures of the question, or the time points of one video
 * @param shown [F] which of them each map is laid over, from 0; of time points that share a map,
 *     the first
 * @param maps [F] where the model looked in each picture; a token's maps sum to 1 over all of them
 * @param matrix [N + T, N + T] the whole-sequence attention matrix, or null if it was not made
 * @param kept attention per layer and head, or null if the request keeps none
 * @param answer running text of the tokens that are no thoughts
 * @param seconds time taken per stage; "load" is 0 if an earlier question had loaded the model
 * @param ended whether the model ended it, or was asked for no more tokens; false of an answer that
 *     was cancelled, or that is still being written
 * @param reuse what was there from an earlier question about the same pictures
 * @param heads [T] the localization heads that each token's map is made of; empty by other methods
 * @param notes what else run.json tells: what was left out, and why
 * @param boxes what the answer names, of the only picture; null if that was not asked
 */
public record Analysis(
    AnalysisRequest request,
    List<RgbPicture> pictures,
    List<Integer> shown,
    TokenSequence prompt,
    List<TokenMaps> maps,
    float[][] matrix,
    HeadAttention kept,
    String answer,
    Map<String, Double> seconds,
    boolean ended,
    Reuse reuse,
    List<List<HeadMap.Head>> heads,
    Map<String, Object> notes,
    AnswerBoxes boxes) {

  /**
   * These tokens and, behind them, more of the same answer; of the whole sequence, nothing.
   *
   * @param texts running text of tokens
   */
  Analysis with(Analysis more, Function<List<GeneratedToken>, String> texts) {
    List<TokenMaps> longer = new ArrayList<>();
    for (int frame = 0; frame < maps.size(); frame++) {
      longer.add(maps.get(frame).with(more.maps.get(frame)));
    }
    return new Analysis(
        request,
        pictures,
        shown,
        prompt,
        longer,
        null,
        kept == null ? null : kept.with(more.kept),
        texts.apply(longer.get(0).tokens()),
        seconds,
        more.ended || longer.get(0).size() == request.length(),
        reuse,
        Rows.joined(heads, more.heads),
        notes,
        null);
  }

  /** The same with more known of the tokens. */
  Analysis with(List<GeneratedToken> tokens, Map<String, Object> more) {
    return new Analysis(
        request,
        pictures,
        shown,
        prompt,
        maps.stream().map(frame -> frame.withTokens(tokens)).toList(),
        matrix,
        kept,
        answer,
        seconds,
        ended,
        reuse,
        heads,
        more,
        boxes);
  }

  /** The same with what the answer names. */
  Analysis with(AnswerBoxes found) {
    return new Analysis(
        request, pictures, shown, prompt, maps, matrix, kept, answer, seconds, ended, reuse, heads,
        notes, found);
  }

  /** The picture that a map is laid over. */
  public RgbPicture picture(int frame) {
    return pictures.get(shown.get(frame));
  }

  /** Whether the model was loaded already, by an earlier question. */
  public boolean foundLoaded() {
    return seconds.get("load") == 0;
  }

  /** What the model wrote, T tokens. */
  public List<GeneratedToken> tokens() {
    return maps.get(0).tokens();
  }
}
