package org.vlmvisualizer.core;

import java.util.List;

/**
 * The prompt as the decoder sees it.
 *
 * @param text the rendered prompt, {@code <image>} written once
 * @param inputIds [N], image tokens expanded
 * @param tokens [N], what each id looks like to a reader
 * @param spans cover all N tokens in order, without gaps; exactly one is {@link Span.Kind#IMAGE}
 */
public record TokenSequence(String text, int[] inputIds, List<String> tokens, List<Span> spans) {
  public TokenSequence {
    int next = 0;
    for (Span span : spans) {
      if (span.start() != next) {
        throw new IllegalArgumentException("Spans have a gap at token " + next + ": " + spans);
      }
      next = span.end();
    }
    if (next != inputIds.length || tokens.size() != inputIds.length) {
      throw new IllegalArgumentException(
          "%d ids, %d tokens, spans that end at %d"
              .formatted(inputIds.length, tokens.size(), next));
    }
    tokens = List.copyOf(tokens);
    spans = List.copyOf(spans);
  }

  public int length() {
    return inputIds.length;
  }

  /** The image tokens. */
  public Span image() {
    return spans.stream().filter(s -> s.kind() == Span.Kind.IMAGE).findFirst().orElseThrow();
  }
}
