package org.vlmvisualizer.explorer;

import java.util.BitSet;

/**
 * Which tokens of an answer are selected, as in a list: a click selects one, a drag or Shift a run
 * from the anchor to the lead, Ctrl adds or takes away. At least one token is always selected.
 */
final class TokenSelection {
  private int size;
  private final BitSet selected = new BitSet();
  private int anchor;
  private int lead;

  /** The first of {@code size} tokens. */
  TokenSelection(int size) {
    this.size = size;
    selected.set(0);
  }

  /** Lets there be more tokens; those that are selected stay so. */
  void grow(int longer) {
    size = longer;
  }

  /** The token that was touched last. */
  int lead() {
    return lead;
  }

  boolean contains(int token) {
    return selected.get(token);
  }

  int count() {
    return selected.cardinality();
  }

  /** The selected tokens, ascending. */
  int[] tokens() {
    return selected.stream().toArray();
  }

  /** Selects one token alone; numbers beyond the ends mean the ends. */
  void select(int token) {
    anchor = clamp(token);
    extendTo(anchor);
  }

  /** Selects a run of tokens alone. */
  void select(int first, int last) {
    anchor = clamp(first);
    extendTo(last);
  }

  /** Selects all from the anchor to a token. */
  void extendTo(int token) {
    lead = clamp(token);
    selected.clear();
    selected.set(Math.min(anchor, lead), Math.max(anchor, lead) + 1);
  }

  /** Adds a token, or takes it away unless it is the last one. */
  void toggle(int token) {
    if (!selected.get(token) || selected.cardinality() > 1) {
      selected.flip(token);
    }
    anchor = token;
    lead = token;
  }

  /** The token after ({@code 1}) or before ({@code -1}) the lead. */
  void move(int step, boolean extend) {
    if (extend) {
      extendTo(lead + step);
    } else {
      select(lead + step);
    }
  }

  void selectAll() {
    selected.set(0, size);
  }

  /** Keeps one token: the lead if it is selected, else the first one. */
  void collapse() {
    select(selected.get(lead) ? lead : selected.nextSetBit(0));
  }

  private int clamp(int token) {
    return Math.max(0, Math.min(size - 1, token));
  }
}
