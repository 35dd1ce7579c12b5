package org.vlmvisualizer.core;

import java.util.stream.IntStream;

/**
 * Where the tokens of a prompt stand for a decoder's rotary embeddings: one by one, or, for
 * decoders with several axes (M-RoPE), image tokens by time, row and column.
 *
 * <p>Source: get_rope_index in modeling_qwen2_vl.py, modeling_qwen2_5_vl.py and
 * modeling_qwen3_vl.py of transformers 4.57.6.
 *
 * @param time [N]
 * @param row [N]
 * @param column [N]
 */
public record Positions(int[] time, int[] row, int[] column) {

  /** Each token at the place of its own number. */
  public static Positions counted(int tokens) {
    int[] places = IntStream.range(0, tokens).toArray();
    return new Positions(places, places, places);
  }

  /**
   * Text counts up; what is shown at once, the image tokens without text between them, starts where
   * the text stopped, with a token's row and column and, of a video, its view's time added. Text
   * goes on behind the largest.
   */
  public static Positions onAxes(TokenSequence prompt, Layout layout) {
    int n = prompt.length();
    Positions all = new Positions(new int[n], new int[n], new int[n]);
    int next = 0;
    int token = 0;
    for (Span span : prompt.spans()) {
      if (span.kind() == Span.Kind.IMAGE) {
        next = all.show(span, layout, token, next);
        token += span.end() - span.start();
      } else {
        for (int i = span.start(); i < span.end(); i++) {
          all.put(i, next, next, next++);
        }
      }
    }
    return all;
  }

  /**
   * @param token the first image token of the span
   * @param start of the positions
   * @return behind the largest position
   */
  private int show(Span span, Layout layout, int token, int start) {
    int first = layout.views().get(layout.view()[token]).time();
    int most = start;
    for (int i = span.start(); i < span.end(); i++, token++) {
      View view = layout.views().get(layout.view()[token]);
      int columns = view.grid().columns();
      int t = start + view.time() - first;
      int h = start + layout.cell()[token] / columns;
      int w = start + layout.cell()[token] % columns;
      put(i, t, h, w);
      most = Math.max(most, Math.max(t, Math.max(h, w)));
    }
    return most + 1;
  }

  private void put(int place, int t, int h, int w) {
    time[place] = t;
    row[place] = h;
    column[place] = w;
  }

  /**
   * A token's position on an axis.
   *
   * @param axis 0 for time, 1 for row, 2 for column
   */
  public int on(int axis, int token) {
    return (axis == 0 ? time : axis == 1 ? row : column)[token];
  }

  /** Whether another's first tokens stand where these do. */
  public boolean startLike(Positions other, int tokens) {
    return IntStream.range(0, 3)
        .allMatch(
            axis -> IntStream.range(0, tokens).allMatch(i -> on(axis, i) == other.on(axis, i)));
  }

  /** N, tokens of the prompt. */
  public int length() {
    return time.length;
  }

  /** The position, on all axes, of the first token behind the prompt. */
  public int next() {
    IntStream all = IntStream.of(time);
    all = IntStream.concat(IntStream.concat(all, IntStream.of(row)), IntStream.of(column));
    return 1 + all.max().orElse(-1);
  }
}
