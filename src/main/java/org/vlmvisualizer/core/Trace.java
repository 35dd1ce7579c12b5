package org.vlmvisualizer.core;

import java.util.List;
import java.util.Map;

/**
 * What was recorded of one run. The row of a token is the query row that predicted it: for the
 * first generated token, the last row of the prompt.
 *
 * @param prompt the prompt, N tokens
 * @param layout where its image tokens lie
 * @param tokens [T] what was generated, a final end-of-sequence token included
 * @param rows [T, L, K_t] attention of the predicting row per kept layer, mean over the kept heads,
 *     K_t = N + t for t = 0..T-1; each sums to 1. Null if not asked for
 * @param promptRows [N, N] prompt rows, mean over kept heads, first token dropped on request, mean
 *     over kept layers; lower triangular, but for pictures whose tokens see each other both ways.
 *     Null if not asked for
 * @param vision [B * P, P] patch-to-patch attention within each crop: per layer mean over heads,
 *     CLS row and column dropped, rows renormalised; mean over layers. Null if not asked for
 * @param kept attention per layer and head. Null if not asked for
 * @param logits [T, V] or null if not asked for
 * @param headMaps [T] maps that were made of single heads. Null if not asked for
 * @param sinks [L, K] which image tokens are attention sinks in each kept layer. Null if not asked
 *     for
 * @param replayed what was read in another pass over the answer
 * @param seconds time taken by "vision" (tower and projector), "prefill" and "decode"
 * @param reuse what was there already
 */
public record Trace(
    TokenSequence prompt,
    Layout layout,
    List<GeneratedToken> tokens,
    float[][][] rows,
    float[][] promptRows,
    float[][] vision,
    HeadAttention kept,
    float[][] logits,
    HeadMap.Made[] headMaps,
    boolean[][] sinks,
    Replayed replayed,
    Map<String, Double> seconds,
    Reuse reuse) {

  /** Without maps of single heads, and without another pass. */
  public Trace(
      TokenSequence prompt,
      Layout layout,
      List<GeneratedToken> tokens,
      float[][][] rows,
      float[][] promptRows,
      float[][] vision,
      HeadAttention kept,
      float[][] logits,
      Map<String, Double> seconds,
      Reuse reuse) {
    this(
        prompt,
        layout,
        tokens,
        rows,
        promptRows,
        vision,
        kept,
        logits,
        null,
        null,
        Replayed.NOTHING,
        seconds,
        reuse);
  }

  /** The same with more known of the tokens. */
  public Trace withTokens(List<GeneratedToken> others) {
    return new Trace(
        prompt,
        layout,
        others,
        rows,
        promptRows,
        vision,
        kept,
        logits,
        headMaps,
        sinks,
        replayed,
        seconds,
        reuse);
  }

  /** The same with attention sinks, [L, K]. */
  public Trace withSinks(boolean[][] found) {
    return new Trace(
        prompt,
        layout,
        tokens,
        rows,
        promptRows,
        vision,
        kept,
        logits,
        headMaps,
        found,
        replayed,
        seconds,
        reuse);
  }

  /** The ids of the tokens, [T]. */
  public int[] ids() {
    return GeneratedToken.ids(tokens);
  }

  /** The tokens that were generated, as a span behind the prompt. */
  public Span generated() {
    return new Span(Span.Kind.GENERATED, prompt.length(), prompt.length() + tokens.size());
  }
}
