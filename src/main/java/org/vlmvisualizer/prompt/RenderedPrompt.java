package org.vlmvisualizer.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.Span.Kind;

/**
 * A prompt as text, its pictures included.
 *
 * @param regions which characters, counted in code points as the tokenizers library does, are the
 *     {@link Kind#SYSTEM} text and which the pictures' texts ({@link Kind#MARKER}); without
 *     overlaps
 */
record RenderedPrompt(String text, List<Span> regions) {
  RenderedPrompt {
    regions = List.copyOf(regions);
  }

  /** Puts a prompt together, piece by piece. */
  static final class Writer {
    private final StringBuilder text = new StringBuilder();
    private final List<Span> regions = new ArrayList<>();
    private int length;

    Writer add(Kind kind, String piece) {
      text.append(piece);
      int end = length + piece.codePointCount(0, piece.length());
      if (kind != Kind.PROMPT && end > length) {
        regions.add(new Span(kind, length, end));
      }
      length = end;
      return this;
    }

    RenderedPrompt rendered() {
      return new RenderedPrompt(text.toString(), regions);
    }
  }

  /** What a token is part of that starts at a character; image tokens are not told apart. */
  Kind kind(int start) {
    return regions.stream()
        .filter(region -> region.start() <= start && start < region.end())
        .map(Span::kind)
        .findFirst()
        .orElse(Kind.PROMPT);
  }

  /** The text as a reader wants it: of each run of image tokens, one. */
  String readable(String imageToken) {
    String run = "(?:" + Pattern.quote(imageToken) + ")+";
    return text.replaceAll(run, Matcher.quoteReplacement(imageToken));
  }
}
