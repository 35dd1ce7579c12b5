package org.vlmvisualizer.core;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The prompt as the decoder sees it.
 *
 * @param text the rendered prompt, of each run of image tokens one written
 * @param inputIds [N], image tokens expanded
 * @param tokens [N], what each id looks like to a reader
 * @param spans cover all N tokens in order, without gaps. The k-th token of kind {@link
 *     Span.Kind#IMAGE} is image token k of the layout; other tokens of a picture's text are {@link
 *     Span.Kind#MARKER}
 * @param positions how tokens are placed
 */
public record TokenSequence(
    String text, int[] inputIds, List<String> tokens, List<Span> spans, Positions positions) {

  /** With tokens that are counted. */
  public TokenSequence(String text, int[] inputIds, List<String> tokens, List<Span> spans) {
    this(text, inputIds, tokens, spans, Positions.counted(inputIds.length));
  }

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

  /** The same tokens, placed otherwise. */
  public TokenSequence at(Positions other) {
    return new TokenSequence(text, inputIds, tokens, spans, other);
  }

  public int length() {
    return inputIds.length;
  }

  /** The places of the image tokens, rising: [K], each below N. */
  public int[] imagePositions() {
    return positions(Span.Kind.IMAGE);
  }

  /** The places of the other tokens of pictures' texts, rising. */
  public int[] markerPositions() {
    return positions(Span.Kind.MARKER);
  }

  /** The image tokens, then the markers: what {@link HeadAttention} keeps one by one. */
  public int[] recordedPositions() {
    return IntStream.concat(IntStream.of(imagePositions()), IntStream.of(markerPositions()))
        .toArray();
  }

  /** Behind the last picture: where the question begins. */
  public int textStart() {
    return spans.stream()
        .filter(s -> s.kind() == Span.Kind.IMAGE || s.kind() == Span.Kind.MARKER)
        .mapToInt(Span::end)
        .max()
        .orElse(0);
  }

  private int[] positions(Span.Kind kind) {
    return spans.stream()
        .filter(s -> s.kind() == kind)
        .flatMapToInt(s -> IntStream.range(s.start(), s.end()))
        .toArray();
  }
}
