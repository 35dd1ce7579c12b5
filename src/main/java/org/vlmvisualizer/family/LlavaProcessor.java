package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.image.PictureProcessor;

/**
 * What processor_config.json says about the image tokens of a prompt. It must fit the model, as
 * transformers refuses to run it otherwise.
 *
 * <p>Source: transformers 4.57, processing_llava.py.
 */
final class LlavaProcessor {
  private static final String FILE = "processor_config.json";
  private static final String EXTRA = "extra_special_tokens";
  private static final String COUNT = "num_image_tokens";
  private static final Map<String, String> TOKENS =
      Map.of("image_token", PictureProcessor.IMAGE, "video_token", PictureProcessor.VIDEO);

  private LlavaProcessor() {}

  /** The file, or an empty object if there is none. */
  static ConfigObject config(Checkpoint checkpoint) {
    return checkpoint.settings(FILE);
  }

  /**
   * @throws InputException if it would put other image tokens into a prompt than the model needs
   */
  static void check(Checkpoint checkpoint, ModelConfig model) {
    checkCount(config(checkpoint), model);
    checkTokens(checkpoint, TOKENS);
  }

  /**
   * @param tokens what stands in a picture's text, by the names that files may give it
   * @throws InputException if a file says otherwise
   */
  static void checkTokens(Checkpoint checkpoint, Map<String, String> tokens) {
    ConfigObject tokenizer = checkpoint.settings("tokenizer_config.json");
    JsonElement extra = tokenizer.json().get(EXTRA);
    boolean named = extra != null && extra.isJsonObject();
    for (Map.Entry<String, String> token : tokens.entrySet()) {
      checkToken(config(checkpoint), token.getKey(), token.getValue());
      checkToken(tokenizer, token.getKey(), token.getValue());
      if (named) {
        checkToken(tokenizer.object(EXTRA), token.getKey(), token.getValue());
      }
    }
  }

  /**
   * @param key how many image tokens a tile has
   * @param tokens as many as the model makes
   * @throws InputException if the object has another number
   */
  static void requireTokens(ConfigObject c, String key, int tokens) {
    int found = c.integer(key, tokens);
    if (found != tokens) {
      throw c.unexpected(
          tokens + ", as many as config.json makes of a tile", key, Integer.toString(found));
    }
  }

  private static void checkCount(ConfigObject c, ModelConfig model) {
    boolean classDropped =
        c.oneOf("vision_feature_select_strategy", "default", List.of("default", "full"))
            .equals("default");
    long side = model.vision().imageSize() / c.size("patch_size", model.vision().patchSize());
    long additional = c.integer("num_additional_image_tokens", classDropped ? 1 : 0);
    long count = side * side + additional - (classDropped ? 1 : 0);
    if (count != model.vision().numPatches()) {
      throw new InputException(
          "Expected patch_size, num_additional_image_tokens and vision_feature_select_strategy of %s to make %d image tokens, as many as the vision tower has patches, found %d; this model cannot be run."
              .formatted(c.where(), model.vision().numPatches(), count));
    }
    int stated = c.integer(COUNT, model.vision().numPatches());
    if (stated != model.vision().numPatches()) {
      throw c.unexpected(
          model.vision().numPatches() + ", as many as the vision tower has patches,",
          COUNT,
          Integer.toString(stated));
    }
  }

  /** A token is a text, or an object with its content. */
  static String token(ConfigObject c, String key, String byDefault) {
    JsonElement value = c.json().get(key);
    return value != null && value.isJsonObject()
        ? c.object(key).text("content", "")
        : c.text(key, byDefault);
  }

  private static void checkToken(ConfigObject c, String key, String expected) {
    String token = token(c, key, expected);
    if (!token.equals(expected)) {
      throw c.unexpected(expected, key, token);
    }
  }
}
