package org.vlmvisualizer.family;

import java.util.Map;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.core.ConnectorConfig.PooledNorm;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.Gemma3Processor;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.Resampling;
import org.vlmvisualizer.image.SingleView;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;

/**
 * Gemma 3 and MedGemma: pictures squashed to a large square, of which SigLIP's patches are pooled.
 *
 * <p>Defaults of absent keys are those of transformers 4.57.6: Gemma3Config, Gemma3ImageProcessor.
 */
final class Gemma3Family extends ModelFamily {
  private static final Map<String, String> TOKENS =
      Map.of(
          "boi_token", Gemma3Processor.START,
          "eoi_token", Gemma3Processor.END,
          "image_token", Gemma3Processor.SOFT_TOKEN);

  Gemma3Family() {
    super("gemma3", LlavaFamily.WEIGHTS);
  }

  @Override
  boolean runs(ModelKind kind) {
    return kind.modelType().equals(modelType());
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    VisionConfig vision = VisionSettings.SIGLIP.config(config.object("vision_config"));
    return new ModelConfig(
        vision,
        Gemma3Decoder.config(Gemma3Decoder.text(config), LlavaFamily.isTied(checkpoint, config)),
        vision.numHiddenLayers(),
        true,
        new PooledNorm(factor(config, vision)),
        false,
        LlavaFamily.tokenId(config, "image_token", 262144));
  }

  /** Patches in a row of a token. */
  private static int factor(ConfigObject config, VisionConfig vision) {
    int tokens = config.size("mm_tokens_per_image", 256);
    int side = (int) Math.rint(Math.sqrt(tokens));
    int patches = vision.imageSize() / vision.patchSize();
    if (side * side != tokens || patches % side != 0) {
      throw config.unexpected(
          "the square of a divisor of the %d patches of a side".formatted(patches),
          "mm_tokens_per_image",
          Integer.toString(tokens));
    }
    return patches / side;
  }

  @Override
  public Generation generation(Checkpoint checkpoint) {
    return GenerationSettings.of(checkpoint, Gemma3Decoder.text(checkpoint.config()), true);
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ModelConfig config = config(checkpoint);
    ImageSettings settings = ImageSettings.read(checkpoint, config.vision());
    SingleView crops = settings.squashed(options, "Gemma3ImageProcessor", Resampling.BILINEAR);
    if (settings.json().flag("do_pan_and_scan", false)) {
      throw settings.json().unexpected("false", "do_pan_and_scan");
    }
    return new Gemma3Processor(crops, ((PooledNorm) config.connector()).factor());
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    return ChatTemplate.of(checkpoint).map(ChatTemplate::known).orElse(PromptTemplate.GEMMA3);
  }

  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    LlavaProcessor.requireTokens(
        LlavaProcessor.config(checkpoint),
        "image_seq_length",
        checkpoint.config().size("mm_tokens_per_image", 256));
    LlavaProcessor.checkTokens(checkpoint, TOKENS);
    return encoder(checkpoint, config, Gemma3Processor.SOFT_TOKEN);
  }
}
