package org.vlmvisualizer.family;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.AnyResolutionTiles;
import org.vlmvisualizer.image.Normalization;
import org.vlmvisualizer.image.Resampling;
import org.vlmvisualizer.image.Resolution;
import org.vlmvisualizer.image.Rounding;
import org.vlmvisualizer.image.SingleView;

/**
 * The settings of a checkpoint's image processor that all families share. What is not supported is
 * refused by name.
 *
 * <p>Defaults of absent keys are those of the image processors of transformers 4.57 (the slow
 * classes); only the sizes are the vision tower's, since a picture of another size would not fit
 * into it.
 */
final class ImageSettings {
  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};
  private static final double[] HALF = {0.5, 0.5, 0.5};

  /** The classes that have 0.5 as mean and standard deviation; all others have CLIP's. */
  private static final List<String> HALVES =
      List.of(
          "SiglipImageProcessor",
          "Idefics3ImageProcessor",
          "SmolVLMImageProcessor",
          "Gemma3ImageProcessor");

  private static final String SIGLIP = "SiglipImageProcessor";

  private final ConfigObject c;
  private final VisionConfig vision;

  private ImageSettings(ConfigObject c, VisionConfig vision) {
    this.c = c;
    this.vision = vision;
  }

  /** The settings of a checkpoint's pictures. */
  static ImageSettings read(Checkpoint checkpoint, VisionConfig vision) {
    return new ImageSettings(ProcessorFiles.pictures(checkpoint), vision);
  }

  /** The settings of a checkpoint's videos. */
  static ImageSettings video(Checkpoint checkpoint, VisionConfig vision) {
    return new ImageSettings(ProcessorFiles.videos(checkpoint), vision);
  }

  ConfigObject json() {
    return c;
  }

  /**
   * One crop of a picture: SigLIP's squashed, CLIP's padded or cropped as the user chose.
   *
   * @throws InputException if the checkpoint or the user asks for what is not supported
   */
  SingleView singleView(PictureOptions options) {
    Fit fit = options.fit();
    requireStandardDetail(options);
    requireType("CLIPImageProcessor", "LlavaImageProcessor", SIGLIP);
    requireTrue("do_resize");
    boolean squashed = type().equals(SIGLIP);
    if (squashed) {
      checkSquashed(fit);
    } else {
      checkFitted(fit);
    }
    SingleView.Shape byFit = fit == Fit.PAD ? SingleView.Shape.PAD : SingleView.Shape.CROP;
    return view(squashed ? SingleView.Shape.SQUASH : byFit);
  }

  /** One crop of a picture, padded with the mean colour; sizes and class are not checked. */
  SingleView padded() {
    return view(SingleView.Shape.PAD);
  }

  /**
   * One crop of a picture, squashed.
   *
   * @param type of the processor's class
   * @param byDefault how its class resizes
   * @throws InputException if the checkpoint or the user asks for something else
   */
  SingleView squashed(PictureOptions options, String type, Resampling byDefault) {
    requireType(type);
    requireTrue("do_resize");
    requireStandardDetail(options);
    checkSquashed(options.fit());
    return view(byDefault, SingleView.Shape.SQUASH, Rounding.PILLOW, new int[3]);
  }

  private SingleView view(SingleView.Shape shape) {
    DoubleStream mean = Arrays.stream(channels("image_mean", mean()));
    // Rounded down: (122, 116, 104) for CLIP.
    return view(
        Resampling.BICUBIC, shape, Rounding.PILLOW, mean.mapToInt(m -> (int) (255 * m)).toArray());
  }

  private SingleView view(
      Resampling byDefault, SingleView.Shape shape, Rounding rounding, int[] colour) {
    return new SingleView(
        vision.imageSize(),
        vision.patchSize(),
        normalization(),
        resampling(byDefault),
        rounding,
        shape,
        colour);
  }

  /** Whether it names a class that takes torchvision, which transformers prefers. */
  boolean isFast() {
    return c.text("image_processor_type", "").endsWith("Fast");
  }

  /** Whatever a class is built upon (Fast, Pil), it is meant to do the same. */
  private String type() {
    String byDefault = c.text("feature_extractor_type", "CLIPImageProcessor");
    return c.text("image_processor_type", byDefault)
        .replace("FeatureExtractor", "ImageProcessor")
        .replaceFirst("(Fast|Pil)$", "");
  }

  /**
   * @throws InputException unless the settings are those of one of these classes
   */
  void requireType(String... known) {
    if (!List.of(known).contains(type())) {
      throw c.unexpected(String.join(" or ", known), "image_processor_type", type());
    }
  }

  /**
   * @throws InputException unless a setting is true, as it is by default
   */
  void requireTrue(String key) {
    if (!c.flag(key, true)) {
      throw c.unexpected("true", key, "false");
    }
  }

  Resampling resampling(Resampling byDefault) {
    if (!c.has("resample")) {
      return byDefault;
    }
    return Resampling.ofCode(c.integer("resample", 0))
        .orElseThrow(() -> c.unexpected("1 (LANCZOS), 2 (BILINEAR) or 3 (BICUBIC)", "resample"));
  }

  Normalization normalization() {
    double[] mean = channels("image_mean", mean());
    double[] std = channels("image_std", HALVES.contains(type()) ? HALF : CLIP_STD);
    if (Arrays.stream(std).anyMatch(value -> value == 0)) {
      throw c.unexpected("numbers other than 0", "image_std");
    }
    boolean normalised = c.flag("do_normalize", true);
    return new Normalization(
        normalised ? mean : new double[] {0, 0, 0},
        normalised ? std : new double[] {1, 1, 1},
        c.flag("do_rescale", true) ? c.number("rescale_factor", 1 / 255.0) : 1);
  }

  private double[] mean() {
    return HALVES.contains(type()) ? HALF : CLIP_MEAN;
  }

  private void checkSquashed(Fit fit) {
    requireSquare();
    if (fit == Fit.CROP) {
      throw uncropped(type() + ", which resizes the whole picture to a square");
    }
  }

  /** Resized and cropped to the model's size, so that a square picture keeps all its edges. */
  private void checkFitted(Fit fit) {
    boolean squashed = c.flag("use_square_size", false);
    squashed |= checkSize("size");
    boolean cropped = c.flag("do_center_crop", true);
    if (cropped) {
      checkSize("crop_size");
    }
    if (fit == Fit.CROP && (squashed || !cropped)) {
      throw uncropped(
          squashed
              ? "that the whole picture is resized to a square (size)"
              : "do_center_crop false");
    }
  }

  private InputException uncropped(String found) {
    return new InputException(
        "Expected an image processor that cuts the centre out of a picture, but %s says %s; choose fit=pad."
            .formatted(c.where(), found));
  }

  /** Whether it is a height and a width; false where it is not there. */
  private boolean checkSize(String key) {
    return c.has(key) && PictureSize.check(c, key, vision.imageSize());
  }

  /**
   * The frames of a video: squashed, or the shorter side resized and the centre cut out.
   *
   * @throws InputException if the checkpoint asks for something else
   */
  SingleView frames(SingleView.Shape shape) {
    requireTrue("do_resize");
    // torchvision's others depend on the processor.
    requireBicubic("3 (BICUBIC) for videos");
    boolean cropped = shape == SingleView.Shape.CROP;
    if (c.has("size") && checkSize("size") == cropped) {
      throw c.unexpected(cropped ? "shortest_edge" : "height and width", "size");
    }
    if (cropped) {
      requireTrue("do_center_crop");
      checkSize("crop_size");
    }
    return view(Resampling.BICUBIC, shape, Rounding.TORCH, new int[3]);
  }

  /**
   * How pictures are cut into tiles, as transformers does it.
   *
   * @param model config.json
   * @param byDefault resolutions where the files name none
   */
  AnyResolutionTiles tiles(ConfigObject model, List<Resolution> byDefault) {
    return new AnyResolutionTiles(
        vision.imageSize(),
        vision.patchSize(),
        normalization(),
        resampling(Resampling.BICUBIC),
        Pinpoints.of(c, model, vision.imageSize(), byDefault),
        true);
  }

  /**
   * Tiles that hold the whole picture, of the tower's size and made by Pillow's bicubic filter.
   *
   * @param types of the processor's class
   * @throws InputException if the checkpoint or the user asks for something else
   */
  void requireWholeTiles(PictureOptions options, String... types) {
    requireType(types);
    requireTrue("do_resize");
    requirePad(options);
    requireStandardDetail(options);
    requireSquare();
    requireBicubic("3 (BICUBIC)");
  }

  /**
   * Tiles and overview are of the tower's size, and the user chooses nothing.
   *
   * @param types of the processor's class
   * @throws InputException if the checkpoint or the user asks for something else
   */
  void requireTiles(PictureOptions options, String... types) {
    requireType(types);
    requireTrue("do_resize");
    requirePad(options);
    requireStandardDetail(options);
    checkSize("size");
    checkSize("crop_size");
    if (!options.tiles()) {
      throw new InputException(
          "Expected tiles=on, since this model was made to see pictures in tiles, found tiles=off; choose SmolVLM or InternVL3 for one view.");
    }
  }

  /**
   * @throws InputException unless pictures are resized and cut into the tower's patches
   */
  void requireBlocks(VisionConfig vision) {
    requireTrue("do_resize");
    requireEqual("patch_size", vision.patchSize(), 14);
    requireEqual("merge_size", vision.blocks().mergeSize(), 2);
    requireEqual("temporal_patch_size", vision.blocks().temporalPatchSize(), 2);
  }

  /**
   * @throws InputException unless frames are resized as torchvision does it and normalised as still
   *     pictures are
   */
  void requireFramesLike(ImageSettings stills) {
    requireBicubic("3 (BICUBIC) for videos");
    Normalization own = normalization();
    Normalization other = stills.normalization();
    if (!Arrays.equals(own.mean(), other.mean())
        || !Arrays.equals(own.std(), other.std())
        || own.rescaleFactor() != other.rescaleFactor()) {
      throw c.unexpected("the normalisation of still pictures", "image_mean");
    }
  }

  private void requireSquare() {
    if (c.has("size") && !checkSize("size")) {
      throw c.unexpected("height and width", "size");
    }
  }

  private void requireBicubic(String expected) {
    if (resampling(Resampling.BICUBIC) != Resampling.BICUBIC) {
      throw c.unexpected(expected, "resample");
    }
  }

  private void requireEqual(String key, int towers, int byDefault) {
    int found = c.integer(key, byDefault);
    if (found != towers) {
      throw c.unexpected(towers + ", that of the vision tower,", key, Integer.toString(found));
    }
  }

  /**
   * @throws InputException if the user wants pictures cropped, or the checkpoint has them not
   *     padded
   */
  void requirePad(PictureOptions options) {
    requireTrue("do_pad");
    if (options.fit() == Fit.CROP) {
      throw new InputException(
          "Expected fit=pad, since this model sees whole pictures, found fit=crop.");
    }
  }

  /**
   * @throws InputException if the user wants another number of image tokens than the model makes
   */
  void requireStandardDetail(PictureOptions options) {
    if (!options.detail().equals(Detail.STANDARD)) {
      throw new InputException(
          "Expected detail=standard, since this model itself sets the number of image tokens, found detail=%s; choose a Qwen2-VL, Qwen2.5-VL or Qwen3-VL model to set it."
              .formatted(options.detail()));
    }
  }

  private double[] channels(String key, double[] byDefault) {
    double[] values = c.numbers(key).stream().mapToDouble(Double::doubleValue).toArray();
    if (values.length == 1 && !c.json().get(key).isJsonArray()) {
      return new double[] {values[0], values[0], values[0]};
    }
    if (values.length != 0 && values.length != byDefault.length) {
      throw c.unexpected("3 numbers", key);
    }
    return values.length == 0 ? byDefault : values;
  }
}
