package org.vlmvisualizer.network;

import java.util.Arrays;
import java.util.Set;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.TokenSequence;

/**
 * Chooses each token of an answer as transformers' generate does without sampling: it changes the
 * logits [V] of the next token in this order, and takes the highest.
 *
 * <pre>
 *   repetition_penalty   l &lt; 0 ? l * penalty : l / penalty    for tokens that were there
 *   no_repeat_ngram_size -∞ for what followed the same n - 1 tokens before
 *   min_length, min_new_tokens -∞ for the end of sequence before that many
 *   suppress_tokens, begin_suppress_tokens -∞ for these, always or as the first token
 * </pre>
 *
 * <p>What was there is the answer and, unless the prompt is given as embeddings, the prompt with
 * all its image tokens.
 *
 * <p>Source: transformers 4.57, generation/utils.py and logits_process.py.
 */
final class LogitsProcessor {
  private final Generation generation;
  private final int promptLength;
  private int[] ids;
  private int written;

  LogitsProcessor(Generation generation, TokenSequence prompt) {
    this.generation = generation;
    promptLength = prompt.length();
    ids = generation.overPrompt() ? prompt.inputIds().clone() : new int[0];
  }

  /**
   * The next token, which then counts as written.
   *
   * @param logits [V]; changed
   */
  int choose(float[] logits) {
    penalise(logits);
    suppressNgrams(logits);
    if (isTooShort()) {
      suppress(logits, generation.eosIds());
    }
    suppress(logits, generation.suppressTokens());
    if (written == 0) {
      suppress(logits, generation.beginSuppressTokens());
    }
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      best = logits[id] > logits[best] ? id : best;
    }
    ids = Arrays.copyOf(ids, ids.length + 1);
    ids[ids.length - 1] = best;
    written++;
    return best;
  }

  private void penalise(float[] logits) {
    float penalty = (float) generation.repetitionPenalty();
    Arrays.stream(ids)
        .distinct()
        .filter(id -> id < logits.length)
        .forEach(id -> logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty);
  }

  private void suppressNgrams(float[] logits) {
    int prefix = generation.noRepeatNgramSize() - 1;
    int end = ids.length - prefix;
    for (int start = 0; prefix >= 0 && start < end; start++) {
      if (Arrays.equals(ids, start, start + prefix, ids, end, ids.length)) {
        suppress(logits, Set.of(ids[start + prefix]));
      }
    }
  }

  private boolean isTooShort() {
    return written < generation.minNewTokens() || promptLength + written < generation.minLength();
  }

  private static void suppress(float[] logits, Set<Integer> suppressed) {
    for (int id : suppressed) {
      if (id >= 0 && id < logits.length) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
