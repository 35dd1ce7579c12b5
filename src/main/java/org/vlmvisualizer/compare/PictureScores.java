package org.vlmvisualizer.compare;

import java.util.List;
import java.util.Objects;
import org.vlmvisualizer.core.HeadMap.Head;

/**
 * All methods on one picture.
 *
 * @param picture its name
 * @param answer running text
 * @param methods in the order asked for, floors last
 * @param heads [tokens] the localization heads of each token that was judged; empty if that method
 *     was not compared
 */
public record PictureScores(
    String picture, String answer, List<MethodScores> methods, List<List<Head>> heads) {

  /**
   * @throws NullPointerException if a part is missing, as it may be in a damaged file
   */
  public PictureScores {
    Objects.requireNonNull(picture);
    methods = List.copyOf(methods);
    heads = List.copyOf(heads);
  }
}
