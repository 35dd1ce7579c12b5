package org.vlmvisualizer.core;

import java.util.List;
import java.util.Objects;

/**
 * One token of an answer.
 *
 * @param id its place in the vocabulary
 * @param text what it looks like to a reader, leading space kept; control tokens as they are named
 * @param probability the softmax of the logits at that id, 0 to 1
 * @param others the five likeliest other tokens at its place, the likeliest first; null in results
 *     of earlier versions
 * @param probabilityWithoutImage its probability behind the same prompt and answer with a plain
 *     picture of the processor's mean colour in the place of each; null if that was not asked
 * @param check whether it needs what its map is highest on; null if that was not asked
 * @param stability whether its map stays on the picture; null if that was not asked
 * @param thought whether it is one of a model's {@link Thoughts} and not of its answer; null of a
 *     model that has none
 */
public record GeneratedToken(
    int id,
    String text,
    double probability,
    List<Candidate> others,
    Double probabilityWithoutImage,
    MapCheck check,
    MapStability stability,
    Boolean thought) {

  private static final int SEVERAL = -1;

  /** Takes no null for a candidate. */
  public GeneratedToken {
    others = others == null ? null : List.copyOf(others);
  }

  /** A token of a model without thoughts, of whose map it was not asked whether it stays. */
  public GeneratedToken(
      int id,
      String text,
      double probability,
      List<Candidate> others,
      Double probabilityWithoutImage,
      MapCheck check) {
    this(id, text, probability, others, probabilityWithoutImage, check, null, null);
  }

  /** A token of which no more is known. */
  public GeneratedToken(int id, String text, double probability) {
    this(id, text, probability, null, null, null);
  }

  /**
   * Several tokens as one: that all of them were written. Its probabilities are the products of
   * theirs, its evidence is the sum; it is a thought, or none, where all of them are; of a single
   * one, all else stays known.
   *
   * @param parts at least one, in the order that they were written in
   */
  public static GeneratedToken joint(String text, List<GeneratedToken> parts) {
    if (parts.size() == 1) {
      GeneratedToken only = parts.get(0);
      return new GeneratedToken(
          only.id,
          text,
          only.probability,
          only.others,
          only.probabilityWithoutImage,
          only.check,
          only.stability,
          only.thought);
    }
    double product = 1;
    Double without = 1.0;
    Boolean thought = parts.get(0).thought;
    for (GeneratedToken part : parts) {
      product *= part.probability;
      boolean isKnown = without != null && part.probabilityWithoutImage != null;
      without = isKnown ? without * part.probabilityWithoutImage : null;
      thought = Objects.equals(thought, part.thought) ? thought : null;
    }
    return new GeneratedToken(SEVERAL, text, product, null, without, null, null, thought);
  }

  /** The same once its probability without the picture is known. */
  public GeneratedToken withoutImage(double other) {
    return new GeneratedToken(id, text, probability, others, other, check, stability, thought);
  }

  /** The same once its map was checked. */
  public GeneratedToken checked(MapCheck found) {
    return new GeneratedToken(
        id, text, probability, others, probabilityWithoutImage, found, stability, thought);
  }

  /** The same once it was looked whether its map stays. */
  public GeneratedToken stable(MapStability found) {
    return new GeneratedToken(
        id, text, probability, others, probabilityWithoutImage, check, found, thought);
  }

  /** The same as a thought, or as a part of the answer behind thoughts. */
  public GeneratedToken thought(boolean is) {
    return new GeneratedToken(
        id, text, probability, others, probabilityWithoutImage, check, stability, is);
  }

  /** Whether it is one of a model's {@link Thoughts}. */
  public boolean isThought() {
    return Boolean.TRUE.equals(thought);
  }

  /** The ids of some tokens, [T]. */
  public static int[] ids(List<GeneratedToken> tokens) {
    return tokens.stream().mapToInt(GeneratedToken::id).toArray();
  }

  /** ln(p / p0), in nats: how much the picture speaks for the token. NaN if that was not asked. */
  public double imageEvidence() {
    return probabilityWithoutImage == null
        ? Double.NaN
        : Math.log(probability) - Math.log(probabilityWithoutImage);
  }

  /** Where the token came from, in words; null if that was not asked. */
  public Origin origin() {
    return probabilityWithoutImage == null ? null : Origin.of(imageEvidence());
  }
}
