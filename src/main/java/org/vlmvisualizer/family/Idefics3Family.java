package org.vlmvisualizer.family;

import java.util.Map;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.Idefics3Processor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.Resampling;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * Idefics3, SmolVLM and SmolVLM2: tiles of a picture, then an overview, whose patches are joined in
 * blocks; a decoder of LLaMA's kind.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: Idefics3Config and SmolVLMConfig,
 * which are alike; Idefics3ImageProcessor, SmolVLMImageProcessor.
 */
final class Idefics3Family extends ModelFamily {
  private static final int MAX_SCALE_FACTOR = 16;

  private static final WeightMap WEIGHTS =
      new WeightMap(
          Map.of(
              "model.vision_model.", "vision_tower.",
              "model.connector.modality_projection.", "multi_modal_projector.",
              "model.text_model.", "language_model."),
          ClipTower.BUFFERS);

  /**
   * @param modelType idefics3, which SmolVLM has too, or smolvlm
   */
  Idefics3Family(String modelType) {
    super(modelType, WEIGHTS);
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    VisionConfig vision = VisionSettings.IDEFICS3.config(config.object("vision_config"));
    int side = vision.imageSize() / vision.patchSize();
    int factor = config.count("scale_factor", 2);
    if (factor > MAX_SCALE_FACTOR || side % factor != 0) {
      throw config.unexpected(
          "a divisor of the %d patches of a side, up to %d".formatted(side, MAX_SCALE_FACTOR),
          "scale_factor",
          Integer.toString(factor));
    }
    ConfigObject text = config.object("text_config");
    return new ModelConfig(
        vision.withPositions(BucketedPositions.ids(side, BucketedPositions.type(config))),
        DecoderSettings.of(text).config(text, LlavaFamily.isTied(checkpoint, config)),
        vision.numHiddenLayers(),
        true,
        new ConnectorConfig.PixelShuffle(factor),
        false,
        config.integer("image_token_id", 128257));
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ModelConfig config = config(checkpoint);
    ImageSettings settings = ImageSettings.read(checkpoint, config.vision());
    settings.requireType("Idefics3ImageProcessor", "SmolVLMImageProcessor");
    settings.requireTrue("do_resize");
    settings.requirePad(options);
    settings.requireStandardDetail(options);
    int tile = PictureSize.longestEdge(settings.json(), "max_image_size", 364);
    if (tile != config.vision().imageSize()) {
      throw settings
          .json()
          .unexpected(
              config.vision().imageSize() + ", the image_size of the vision tower,",
              "max_image_size",
              Integer.toString(tile));
    }
    return new Idefics3Processor(
        tile,
        config.vision().patchSize(),
        settings.normalization(),
        settings.resampling(Resampling.LANCZOS),
        PictureSize.longestEdge(settings.json(), "size", 4 * 364),
        ((ConnectorConfig.PixelShuffle) config.connector()).factor(),
        options.tiles() && settings.json().flag("do_image_splitting", true));
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint).map(ChatTemplate::known).orElse(PromptTemplate.CHATML);
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    int patches = ((ConnectorConfig.PixelShuffle) config.connector()).patches();
    LlavaProcessor.requireTokens(
        LlavaProcessor.config(checkpoint), "image_seq_len", config.vision().numPatches() / patches);
    LlavaProcessor.checkTokens(checkpoint, Idefics3Processor.TOKENS);
    return super.encoder(checkpoint, config);
  }
}
