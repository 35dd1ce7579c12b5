package org.vlmvisualizer.family;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RopeConfig;

/**
 * The rotary embeddings that a decoder's configuration asks for.
 *
 * <p>Source: transformers 4.57.6, modeling_rope_utils.py.
 */
final class RopeSettings {
  private static final List<String> TYPES = List.of("default", "dynamic", "linear", "llama3");

  private RopeSettings() {}

  /**
   * transformers 5 writes rope_parameters, earlier ones rope_theta and rope_scaling.
   *
   * @throws InputException if they are of a type that is not supported
   */
  static RopeConfig of(ConfigObject c) {
    ConfigObject older = c.object("rope_scaling");
    ConfigObject newer = c.object("rope_parameters");
    ConfigObject rope = c.has("rope_parameters") ? newer : older;
    String type = type(rope);
    if (c.has("rope_scaling") && !type(older).equals(type)) {
      throw older.unexpected(type + ", as rope_parameters has it,", "rope_type", type(older));
    }
    for (ConfigObject part : List.of(c, rope)) {
      if (part.number("partial_rotary_factor", 1) != 1) {
        throw part.unexpected(
            "1", "partial_rotary_factor", part.number("partial_rotary_factor", 1) + "");
      }
    }
    double theta = rope.number("rope_theta", c.number("rope_theta", 10000));
    return new RopeConfig(theta, scaling(type, rope));
  }

  /**
   * Those of Phi-3-V, whose factors are beside the frequencies, and the rest in the outer object.
   *
   * @param c whose rope_scaling is of type longrope, or su by its former name
   * @param plain its theta
   * @param pairs of a head
   * @throws InputException if they are of another type, or not as many factors as pairs
   */
  static RopeConfig longRope(ConfigObject c, RopeConfig plain, int pairs) {
    ConfigObject rope = c.object("rope_scaling");
    rope.oneOf("type", rope.text("rope_type", "none"), List.of("su", "longrope"));
    for (String key : List.of("factor", "attention_factor", "original_max_position_embeddings")) {
      if (rope.has(key)) {
        throw rope.unexpected("none", key);
      }
    }
    int original = c.size("original_max_position_embeddings", 4096);
    double scale = (double) c.size("max_position_embeddings", 4096) / original;
    if (original < 2) { // whose logarithm divides
      throw c.unexpected("at least 2", "original_max_position_embeddings", "" + original);
    }
    return new RopeConfig(
        plain.theta(),
        new RopeConfig.LongRope(
            factors(rope, "short_factor", pairs),
            factors(rope, "long_factor", pairs),
            original,
            scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(original)),
            false));
  }

  private static List<Double> factors(ConfigObject rope, String key, int pairs) {
    List<Double> factors = rope.numbers(key);
    if (factors.size() != pairs || factors.stream().anyMatch(f -> f <= 0)) {
      throw rope.unexpected(
          pairs + " numbers above 0, half a head,", key, rope.has(key) ? factors + "" : "none");
    }
    return factors;
  }

  /**
   * By which axis each pair of a head's elements is rotated: mrope_section says how many by time,
   * row and column, one section behind the other, or every third by row and every third by column
   * as far as these go.
   *
   * @param pairs of a head
   * @throws InputException if they are not as many together
   */
  static List<Integer> axes(ConfigObject c, int pairs, boolean interleaved) {
    ConfigObject rope = c.object(c.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    List<Integer> axes = new ArrayList<>();
    List<Double> sections = rope.numbers("mrope_section");
    for (int axis = 0; axis < sections.size(); axis++) {
      int count = (int) Math.max(0, Math.min(sections.get(axis), pairs + 1));
      axes.addAll(Collections.nCopies(count, axis));
    }
    if (sections.size() != 3 || axes.size() != pairs) {
      throw rope.unexpected(
          "three numbers whose sum is %d, half a head,".formatted(pairs),
          "mrope_section",
          sections.isEmpty() ? "none" : sections.toString());
    }
    for (int i = 0; interleaved && i < pairs; i++) {
      int axis = i % 3;
      axes.set(i, i < 3 * sections.get(axis) ? axis : 0);
    }
    return axes;
  }

  private static String type(ConfigObject rope) {
    boolean named = rope.has("rope_type") || rope.has("type");
    if (!named && rope.has("factor")) {
      throw rope.unexpected(String.join(" or ", TYPES), "rope_type", "none");
    }
    String type = plain(rope.oneOf("rope_type", plain(rope.text("type", "default")), TYPES));
    rope.oneOf("type", type, List.of(type, type.equals("default") ? "mrope" : type));
    return type;
  }

  /** Qwen2-VL's mrope says how tokens are placed, not how frequencies are scaled. */
  private static String plain(String type) {
    return type.equals("mrope") ? "default" : type;
  }

  private static RopeConfig.Scaling scaling(String type, ConfigObject rope) {
    return switch (type) {
      case "linear" -> new RopeConfig.Linear(positive(rope, "factor"));
      case "llama3" -> llama3(rope);
      case "dynamic" -> dynamic(rope);
      default -> new RopeConfig.Plain();
    };
  }

  /** Up to max_position_embeddings, beyond which nothing is run, no frequency changes. */
  private static RopeConfig.Scaling dynamic(ConfigObject rope) {
    positive(rope, "factor");
    return new RopeConfig.Plain();
  }

  private static RopeConfig.Scaling llama3(ConfigObject rope) {
    double low = positive(rope, "low_freq_factor");
    double high = positive(rope, "high_freq_factor");
    if (high <= low) {
      throw rope.unexpected("more than low_freq_factor " + low, "high_freq_factor", high + "");
    }
    positive(rope, "original_max_position_embeddings");
    return new RopeConfig.Llama3(
        positive(rope, "factor"), low, high, rope.size("original_max_position_embeddings", 1));
  }

  /** A number that has no default. */
  private static double positive(ConfigObject rope, String key) {
    double value = rope.number(key, 0);
    if (value <= 0) {
      throw rope.unexpected("a number above 0", key, rope.has(key) ? value + "" : "none");
    }
    return value;
  }
}
