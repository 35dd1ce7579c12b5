package org.vlmvisualizer.family;

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
  private static final List<String> TYPES = List.of("default", "linear", "llama3");

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

  private static String type(ConfigObject rope) {
    boolean named = rope.has("rope_type") || rope.has("type");
    if (!named && rope.has("factor")) {
      throw rope.unexpected(String.join(" or ", TYPES), "rope_type", "none");
    }
    String type = rope.oneOf("rope_type", rope.text("type", "default"), TYPES);
    rope.oneOf("type", type, List.of(type));
    return type;
  }

  private static RopeConfig.Scaling scaling(String type, ConfigObject rope) {
    return switch (type) {
      case "linear" -> new RopeConfig.Linear(positive(rope, "factor"));
      case "llama3" -> llama3(rope);
      default -> new RopeConfig.Plain();
    };
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
