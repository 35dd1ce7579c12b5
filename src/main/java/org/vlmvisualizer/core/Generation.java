package org.vlmvisualizer.core;

import java.util.Set;

/**
 * How the next token is chosen: greedily, among logits that are changed as a checkpoint's
 * generation_config.json says. The names are those of transformers' GenerationConfig.
 *
 * @param eosIds ids that end an answer
 * @param repetitionPenalty divides the logits of tokens that were there already; 1 for none
 * @param noRepeatNgramSize so many tokens in a row occur once only; 0 for no limit
 * @param suppressTokens ids that are never chosen
 * @param beginSuppressTokens ids that do not begin an answer
 * @param minLength tokens of prompt and answer together before one of {@code eosIds} is chosen
 * @param minNewTokens tokens of the answer before that; 0 for no limit
 * @param overPrompt whether the prompt counts for repetitions
 */
public record Generation(
    Set<Integer> eosIds,
    double repetitionPenalty,
    int noRepeatNgramSize,
    Set<Integer> suppressTokens,
    Set<Integer> beginSuppressTokens,
    int minLength,
    int minNewTokens,
    boolean overPrompt) {

  public Generation {
    eosIds = Set.copyOf(eosIds);
    suppressTokens = Set.copyOf(suppressTokens);
    beginSuppressTokens = Set.copyOf(beginSuppressTokens);
  }

  /** The highest logit of all. */
  public static Generation greedy(Set<Integer> eosIds) {
    return new Generation(eosIds, 1, 0, Set.of(), Set.of(), 0, 0, false);
  }

  /** The same with other ids that end an answer. */
  public Generation endingWith(Set<Integer> others) {
    return new Generation(
        others,
        repetitionPenalty,
        noRepeatNgramSize,
        suppressTokens,
        beginSuppressTokens,
        minLength,
        minNewTokens,
        overPrompt);
  }

  /** Whether logits stay as they are. */
  public boolean isPlain() {
    return equals(greedy(eosIds))
        || equals(new Generation(eosIds, 1, 0, Set.of(), Set.of(), 0, 0, true));
  }
}
