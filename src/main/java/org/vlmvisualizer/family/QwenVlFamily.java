package org.vlmvisualizer.family;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.FramePace;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.PixelLimits;
import org.vlmvisualizer.image.QwenProcessor;
import org.vlmvisualizer.image.Resampling;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * Qwen2-VL, Qwen2.5-VL and Qwen3-VL: pictures at their own size, tokens placed by time, row and
 * column.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: Qwen2VLConfig, Qwen2_5_VLConfig,
 * Qwen3VLConfig, Qwen2VLImageProcessor, Qwen2VLVideoProcessor, Qwen3VLVideoProcessor.
 */
final class QwenVlFamily extends ModelFamily {
  private static final WeightMap WEIGHTS =
      new WeightMap(
          Map.of(
              // Files on the hub.
              "visual.", "vision_tower.",
              "model.", "language_model.",
              // Since transformers 4.52.
              "model.visual.", "vision_tower.",
              "model.language_model.", "language_model."),
          List.of());

  /** What absent keys of the decoder mean: Qwen2VLTextConfig, which Qwen2.5-VL's equals. */
  private static final Map<String, Number> SECOND =
      Map.of(
          "vocab_size", 152064,
          "hidden_size", 8192,
          "intermediate_size", 29568,
          "num_hidden_layers", 80,
          "num_attention_heads", 64,
          "num_key_value_heads", 8,
          "max_position_embeddings", 32768,
          "max_window_layers", 80,
          "rms_norm_eps", 1e-5,
          "rope_theta", 1e6);

  /** The same of Qwen3VLTextConfig. */
  private static final Map<String, Number> THIRD =
      Map.of("max_position_embeddings", 128000, "rope_theta", 5e6);

  private final TowerType tower;

  /**
   * @param modelType qwen2_vl, qwen2_5_vl or qwen3_vl
   */
  QwenVlFamily(String modelType, TowerType tower) {
    super(modelType, WEIGHTS);
    this.tower = tower;
  }

  private boolean isThird() {
    return tower == TowerType.QWEN3_VL;
  }

  @Override
  boolean runs(ModelKind kind) {
    return kind.modelType().equals(modelType());
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    ConfigObject vision = config.object("vision_config");
    VisionConfig seen = QwenVision.config(vision, tower);
    ConfigObject text = text(config);
    DecoderSettings kind = isThird() ? DecoderSettings.QWEN3 : DecoderSettings.QWEN2;
    DecoderConfig decoder = kind.multimodal(text, LlavaFamily.isTied(checkpoint, config));
    QwenVision.requireWidth(vision, tower, decoder.hiddenSize());
    return new ModelConfig(
        seen,
        decoder,
        seen.numHiddenLayers(),
        true,
        new ConnectorConfig.Merger(seen.blocks().patches(), seen.blocks().taps().size()),
        false,
        config.integer("image_token_id", 151655));
  }

  /** Files on the hub have the decoder's sizes beside the tower's object. */
  private ConfigObject text(ConfigObject config) {
    ConfigObject own = config.has("text_config") ? config.object("text_config") : config;
    JsonObject all = own.json().deepCopy();
    (isThird() ? THIRD : SECOND)
        .forEach((key, value) -> all.asMap().putIfAbsent(key, new JsonPrimitive(value)));
    return new ConfigObject(all, own.where());
  }

  @Override
  public Generation generation(Checkpoint checkpoint) {
    return GenerationSettings.of(checkpoint, text(checkpoint.config()), true);
  }

  @Override
  public BoxFormat boxes(Checkpoint checkpoint) {
    return switch (tower) {
      case QWEN2_5_VL -> BoxFormat.QWEN2_5_VL;
      case QWEN3_VL -> BoxFormat.QWEN3_VL;
      default -> BoxFormat.QWEN2_VL;
    };
  }

  @Override
  int videoTokenId(Checkpoint checkpoint, ModelConfig config) {
    return checkpoint.config().integer("video_token_id", 151656);
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    return encoder(checkpoint, config, QwenProcessor.IMAGE_PAD);
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    VisionConfig vision = config(checkpoint).vision();
    ImageSettings stills = ImageSettings.read(checkpoint, vision);
    ImageSettings videos = ImageSettings.video(checkpoint, vision);
    stills.requireType("Qwen2VLImageProcessor");
    stills.requirePad(options);
    Stream.of(stills, videos).forEach(s -> s.requireBlocks(vision));
    videos.requireFramesLike(stills);
    int block = vision.patchSize() * vision.blocks().mergeSize();
    long cap = options.detail().pixels(block);
    int frame = isThird() ? 32 * 32 : 28 * 28; // the defaults' unit, whatever the patches are
    return new QwenProcessor(
        vision.patchSize(),
        vision.blocks().mergeSize(),
        vision.blocks().temporalPatchSize(),
        stills.normalization(),
        stills.resampling(Resampling.BICUBIC),
        limits(stills.json(), 56 * 56, 28 * 28 * 1280, stills.isFast()).atMost(cap),
        limits(videos.json(), 128 * frame, 768 * frame, true).atMost(cap),
        pace(checkpoint, options));
  }

  /** How a video's time goes by. */
  private FramePace pace(Checkpoint checkpoint, PictureOptions options) {
    double seconds = options.interval().seconds();
    if (isThird()) {
      return FramePace.byText(seconds);
    } else if (tower == TowerType.QWEN2_5_VL) {
      ConfigObject vision = checkpoint.config().object("vision_config");
      return FramePace.byPosition(seconds, vision.count("tokens_per_second", 4));
    }
    return FramePace.COUNTED;
  }

  /**
   * Of pictures, the slow class goes by min_pixels and max_pixels alone, whatever size says; the
   * fast one, which Qwen3-VL names, goes by size where these are missing.
   *
   * @param sized whether size counts
   */
  private static PixelLimits limits(ConfigObject c, long least, long most, boolean sized) {
    ConfigObject size = c.object("size");
    if (sized) {
      least = size.integer("shortest_edge", (int) least);
      most = size.integer("longest_edge", (int) most);
    }
    least = c.integer("min_pixels", (int) least);
    most = c.integer("max_pixels", (int) most);
    if (least < 1 || most < least) {
      throw c.unexpected(
          "min_pixels of 1 or more and max_pixels above it", "max_pixels", "" + most);
    }
    return new PixelLimits(least, most);
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint)
        .map(ChatTemplate::known)
        .orElse(isThird() ? PromptTemplate.QWEN3_VL : PromptTemplate.QWEN2_VL);
  }
}
