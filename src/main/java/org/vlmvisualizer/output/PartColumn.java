package org.vlmvisualizer.output;

import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Thoughts;

/**
 * The last column of tables of a model that thinks; others do not have it. Its cells are {@code
 * thought} or {@code answer}, see {@link Thoughts}, and empty where a row is of neither.
 */
public final class PartColumn {
  /** Its name. */
  public static final String NAME = "part";

  private PartColumn() {}

  /** The cell of a token, or of a word. */
  public static String of(GeneratedToken token) {
    return token.thought() == null ? "" : token.thought() ? "thought" : "answer";
  }
}
