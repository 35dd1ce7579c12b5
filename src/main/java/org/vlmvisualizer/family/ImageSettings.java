package org.vlmvisualizer.family;

import com.google.gson.JsonElement;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.ImageProcessor;

/**
 * The settings of a checkpoint's image processor. What is not supported is refused by name.
 *
 * <p>Defaults of absent keys are those of transformers 4.57: CLIPImageProcessor,
 * LlavaImageProcessor; only the sizes are the vision tower's, since a picture of another size would
 * not fit into it.
 */
final class ImageSettings {
  private static final String FILE = "preprocessor_config.json";
  private static final String NESTED = "image_processor";

  /** What decides about pixel values. Whether to pad is asked of the user, as fit. */
  private static final List<String> KEYS =
      List.of(
          "do_resize",
          "size",
          "use_square_size",
          "resample",
          "do_center_crop",
          "crop_size",
          "do_rescale",
          "rescale_factor",
          "do_normalize",
          "image_mean",
          "image_std");

  private static final int BICUBIC = 3;
  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};

  private final ConfigObject c;
  private final VisionConfig vision;
  private final Fit fit;

  private ImageSettings(ConfigObject c, VisionConfig vision, Fit fit) {
    this.c = c;
    this.vision = vision;
    this.fit = fit;
  }

  /**
   * The processor of a checkpoint's pictures: by preprocessor_config.json, or as transformers 5
   * saves it, by processor_config.json.
   *
   * @throws InputException if it asks for what is not supported, or the files contradict each other
   */
  static ImageProcessor of(Checkpoint checkpoint, VisionConfig vision, Fit fit) {
    ConfigObject own = new ConfigObject(checkpoint.optional(FILE), FILE);
    own = own.has(NESTED) ? own.object(NESTED) : own;
    ConfigObject shared = LlavaProcessor.config(checkpoint);
    if (!shared.has(NESTED)) {
      return new ImageSettings(own, vision, fit).processor();
    }
    ConfigObject nested = shared.object(NESTED);
    if (checkpoint.has(FILE)) {
      // transformers 4 goes by the one, transformers 5 by the other.
      requireEqual(own, nested);
    }
    return new ImageSettings(nested, vision, fit).processor();
  }

  private static void requireEqual(ConfigObject own, ConfigObject nested) {
    for (String key : KEYS) {
      JsonElement here = own.has(key) ? own.json().get(key) : null;
      JsonElement there = nested.has(key) ? nested.json().get(key) : null;
      if (!Objects.equals(here, there)) {
        throw nested.unexpected(
            "%s as in %s".formatted(here == null ? "no value" : here, own.where()),
            key,
            there == null ? "none" : there.toString());
      }
    }
  }

  private ImageProcessor processor() {
    checkType();
    if (!c.flag("do_resize", true)) {
      throw c.unexpected("true", "do_resize", "false");
    }
    if (c.integer("resample", BICUBIC) != BICUBIC) {
      throw c.unexpected("3 (bicubic)", "resample", c.json().get("resample").toString());
    }
    checkSizes();
    double[] mean = channels("image_mean", CLIP_MEAN);
    double[] std = channels("image_std", CLIP_STD);
    if (Arrays.stream(std).anyMatch(value -> value == 0)) {
      throw c.unexpected("numbers other than 0", "image_std", c.json().get("image_std").toString());
    }
    boolean normalised = c.flag("do_normalize", true);
    return new ImageProcessor(
        vision.imageSize(),
        vision.patchSize(),
        normalised ? mean : new double[] {0, 0, 0},
        normalised ? std : new double[] {1, 1, 1},
        c.flag("do_rescale", true) ? c.number("rescale_factor", 1 / 255.0) : 1,
        fit,
        mean);
  }

  /** The classes of CLIP and LLaVA, whatever they are built upon; all do the same. */
  private void checkType() {
    String byDefault = c.text("feature_extractor_type", "CLIPImageProcessor");
    String type =
        c.text("image_processor_type", byDefault)
            .replace("FeatureExtractor", "ImageProcessor")
            .replaceFirst("(Fast|Pil)$", "");
    if (!List.of("CLIPImageProcessor", "LlavaImageProcessor").contains(type)) {
      throw c.unexpected("CLIPImageProcessor or LlavaImageProcessor", "image_processor_type", type);
    }
  }

  /** Resized and cropped to the model's size, so that a square picture keeps all its edges. */
  private void checkSizes() {
    boolean squashed = c.flag("use_square_size", false);
    if (c.has("size")) {
      squashed |= checkSize("size");
    }
    boolean cropped = c.flag("do_center_crop", true);
    if (cropped && c.has("crop_size")) {
      checkSize("crop_size");
    }
    if (fit == Fit.CROP && (squashed || !cropped)) {
      throw new InputException(
          "Expected an image processor that cuts the centre out of a picture, but %s says %s; choose fit=pad."
              .formatted(
                  c.where(),
                  squashed
                      ? "that the whole picture is resized to a square (size)"
                      : "do_center_crop false"));
    }
  }

  /** Whether it is a height and a width; all that is given must be the model's. */
  private boolean checkSize(String key) {
    JsonElement value = c.json().get(key);
    boolean sides = value.isJsonArray();
    List<Double> given;
    if (value.isJsonObject()) {
      ConfigObject object = c.object(key);
      sides = !object.has("shortest_edge");
      given =
          (sides ? List.of("height", "width") : List.of("shortest_edge"))
              .stream().map(side -> object.number(side, 0)).toList();
    } else {
      given = c.numbers(key);
    }
    if (given.isEmpty() || given.stream().anyMatch(side -> side != vision.imageSize())) {
      throw c.unexpected(
          vision.imageSize() + ", the image_size of the vision tower,", key, value.toString());
    }
    return sides;
  }

  private double[] channels(String key, double[] byDefault) {
    double[] values = c.numbers(key).stream().mapToDouble(Double::doubleValue).toArray();
    if (values.length == 1 && !c.json().get(key).isJsonArray()) {
      return new double[] {values[0], values[0], values[0]};
    }
    if (values.length != 0 && values.length != byDefault.length) {
      throw c.unexpected("3 numbers", key, c.json().get(key).toString());
    }
    return values.length == 0 ? byDefault : values;
  }
}
