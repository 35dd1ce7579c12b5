package org.vlmvisualizer.core;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Where a model looked for each word of an answer. A word's map is its tokens' maps pooled; its
 * shares of attention, and those of views, are means over its tokens; its probability, with the
 * picture and without it, is the product of theirs, so that its evidence is the sum of theirs. A
 * word of one token keeps all that is known of it; of a word of several, no map was checked.
 *
 * @param words [W]
 * @param lowest [W] the lowest probability of a word's tokens, 0 to 1
 * @param maps [W, cells] a row per word, with the word's text and probability as its token, whose
 *     id is -1 where the word has several
 */
public record WordMaps(List<AnswerWord> words, double[] lowest, TokenMaps maps) {
  /** Of an answer; empty if it has no word. */
  public static Optional<WordMaps> of(TokenMaps tokens, Pooling pooling) {
    return of(tokens, AnswerWord.of(tokens.tokens()), pooling);
  }

  /** Of some words or phrases of an answer; empty if there are none. */
  public static Optional<WordMaps> of(TokenMaps tokens, List<AnswerWord> words, Pooling pooling) {
    if (words.isEmpty()) {
      return Optional.empty();
    }
    AttributionMap map = tokens.map().with(pooled(tokens.map().values(), words, pooling));
    List<ViewMaps> views =
        tokens.views().stream()
            .map(v -> new ViewMaps(v.view(), pooled(v.values(), words, Pooling.MEAN)))
            .toList();
    TokenMaps maps =
        new TokenMaps(
            map,
            tokens.grid(),
            words.stream().map(word -> token(word, tokens)).toList(),
            words.stream().map(word -> shares(word, tokens)).toList(),
            views);
    double[] lowest =
        words.stream().mapToDouble(word -> probabilities(word, tokens).min().orElse(1)).toArray();
    return Optional.of(new WordMaps(words, lowest, maps));
  }

  private static float[][] pooled(float[][] maps, List<AnswerWord> words, Pooling pooling) {
    return words.stream()
        .map(word -> pooling.of(Arrays.copyOfRange(maps, word.first(), word.last() + 1)))
        .toArray(float[][]::new);
  }

  private static GeneratedToken token(AnswerWord word, TokenMaps tokens) {
    List<GeneratedToken> parts = tokens.tokens().subList(word.first(), word.last() + 1);
    return GeneratedToken.joint(word.text(), parts);
  }

  private static DoubleStream probabilities(AnswerWord word, TokenMaps tokens) {
    return IntStream.of(word.tokens()).mapToDouble(t -> tokens.tokens().get(t).probability());
  }

  private static AttentionShares shares(AnswerWord word, TokenMaps tokens) {
    List<AttentionShares> all = tokens.shares().subList(word.first(), word.last() + 1);
    return new AttentionShares(
        mean(all, AttentionShares::image),
        mean(all, AttentionShares::prompt),
        mean(all, AttentionShares::generated),
        mean(all, AttentionShares::marker),
        mean(all, AttentionShares::picture));
  }

  private static double mean(List<AttentionShares> all, ToDoubleFunction<AttentionShares> share) {
    return all.stream().mapToDouble(share).average().orElse(0);
  }
}
