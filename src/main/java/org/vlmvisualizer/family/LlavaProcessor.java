package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.List;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * What processor_config.json says about the image tokens of a prompt. It must fit the model, as
 * transformers refuses to run it otherwise.
 *
 * <p>Source: transformers 4.57, processing_llava.py.
 */
final class LlavaProcessor {
  private static final String FILE = "processor_config.json";
  private static final String IMAGE_TOKEN = "image_token";

  private LlavaProcessor() {}

  /** The file, or an empty object if there is none. */
  static ConfigObject config(Checkpoint checkpoint) {
    return new ConfigObject(checkpoint.optional(FILE), FILE);
  }

  /**
   * @throws InputException if it would put other image tokens into a prompt than the model needs
   */
  static void check(Checkpoint checkpoint, ModelConfig model) {
    ConfigObject c = config(checkpoint);
    checkCount(c, model);
    checkToken(c);
    ConfigObject tokenizer =
        new ConfigObject(checkpoint.optional("tokenizer_config.json"), "tokenizer_config.json");
    checkToken(tokenizer);
    JsonElement extra = tokenizer.json().get("extra_special_tokens");
    if (extra != null && extra.isJsonObject()) {
      checkToken(tokenizer.object("extra_special_tokens"));
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
  }

  /** A token is a text, or an object with its content. */
  private static void checkToken(ConfigObject c) {
    JsonElement value = c.json().get(IMAGE_TOKEN);
    String token =
        value != null && value.isJsonObject()
            ? c.object(IMAGE_TOKEN).text("content", "")
            : c.text(IMAGE_TOKEN, PromptTemplate.IMAGE);
    if (!token.equals(PromptTemplate.IMAGE)) {
      throw c.unexpected(PromptTemplate.IMAGE, IMAGE_TOKEN, token);
    }
  }
}
