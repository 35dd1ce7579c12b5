package org.vlmvisualizer.compare;

import java.util.List;
import java.util.Objects;

/**
 * One method on one picture.
 *
 * @param method its name; {@link #RANDOM} and {@link #CENTRED} are floors for deletion and
 *     insertion
 * @param seconds that its maps took, the answer known
 * @param tokens what was measured of each content token
 * @param refused why there are no maps, one sentence; null if there are
 */
public record MethodScores(String method, double seconds, List<TokenScore> tokens, String refused) {
  /** A random order of cells. */
  public static final String RANDOM = "random order";

  /** From the middle of the picture outwards. */
  public static final String CENTRED = "centred Gaussian";

  /**
   * @throws NullPointerException if a part is missing, as it may be in a damaged file
   */
  public MethodScores {
    Objects.requireNonNull(method);
    tokens = List.copyOf(tokens);
  }
}
