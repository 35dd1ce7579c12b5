package org.vlmvisualizer.family;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;
import org.vlmvisualizer.prompt.SentencePieceTokenizer;

/**
 * LLaVA-1.5, LLaVA-NeXT (1.6) and their descendants as their authors' own code saves them: a LLaMA,
 * Mistral or Qwen2 with a projector, and a CLIP vision tower inside or in a checkpoint of its own.
 *
 * <p>Source: LLaVA 1.2, model/llava_arch.py, model/multimodal_projector/builder.py,
 * model/multimodal_encoder/clip_encoder.py, mm_utils.py; HuatuoGPT-Vision, cli.py.
 */
final class LlavaOriginalFamily extends ModelFamily {
  /** The decoder by {@code model_type} of config.json. */
  private static final Map<String, DecoderSettings> DECODERS =
      Map.of(
          "llava", DecoderSettings.LLAMA,
          "llava_llama", DecoderSettings.LLAMA,
          "llava_mistral", DecoderSettings.MISTRAL,
          "llava_qwen2", DecoderSettings.QWEN2);

  private static final Pattern MLP = Pattern.compile("mlp([1-8])x_gelu");
  private static final int MAX_PROJECTOR_LAYERS = 8;

  /** What the original code puts into the ids for a picture; no vocabulary has it. */
  private static final int IMAGE_TOKEN_INDEX = -200;

  LlavaOriginalFamily() {
    super("llava", new WeightMap(prefixes(), ClipTower.BUFFERS));
  }

  private static Map<String, String> prefixes() {
    Map<String, String> prefixes = new HashMap<>();
    prefixes.put("model.layers.", "language_model.layers.");
    prefixes.put("model.embed_tokens.", "language_model.embed_tokens.");
    prefixes.put("model.norm.", "language_model.norm.");
    prefixes.put("model.image_newline", "image_newline");
    prefixes.put(ClipTower.INSIDE + "vision_model.", "vision_tower.");
    prefixes.put(ClipTower.OWN, "vision_tower.");
    // A linear projector has no number; the layers of an MLP have even ones.
    prefixes.put("model.mm_projector.", "multi_modal_projector.linear_1.");
    for (int i = 0; i < MAX_PROJECTOR_LAYERS; i++) {
      String layer = "multi_modal_projector.linear_" + (i + 1) + ".";
      prefixes.put("model.mm_projector." + 2 * i + ".", layer);
    }
    return prefixes;
  }

  @Override
  boolean accepts(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    return DECODERS.containsKey(config.text("model_type", ""))
        && config.has("mm_vision_tower")
        && !config.has("text_config");
  }

  @Override
  boolean runs(ModelKind kind) {
    DecoderSettings decoder = DECODERS.get(kind.modelType());
    return decoder != null
        && kind.decoder().equals(decoder.modelType())
        && kind.tower().equals("clip_vision_model");
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    OriginalPictures pictures = new OriginalPictures(config);
    VisionConfig vision = ClipTower.of(checkpoint).config();
    int given = config.size("mm_hidden_size", vision.hiddenSize());
    DecoderConfig decoder = DECODERS.get(config.text("model_type", "")).config(config, false);
    int layers = projectorLayers(config.text("mm_projector_type", "linear"));
    int from = layers == 0 ? decoder.hiddenSize() : vision.hiddenSize();
    if (given != vision.hiddenSize() || from != vision.hiddenSize()) {
      throw new InputException(
          "Expected mm_hidden_size %d in config.json, the size of the vision tower, and with an identity projector also of the decoder, found %d; use the vision tower that belongs to this checkpoint."
              .formatted(vision.hiddenSize(), layers == 0 ? decoder.hiddenSize() : given));
    }
    return new ModelConfig(
        vision,
        decoder,
        VisionSettings.featureLayer(config, "mm_vision_select_layer", -2, vision),
        false,
        new ConnectorConfig.Mlp(layers, "gelu", true, false),
        pictures.hasNewline(),
        IMAGE_TOKEN_INDEX);
  }

  private static int projectorLayers(String type) {
    Matcher mlp = MLP.matcher(type);
    if (type.equals("identity")) {
      return 0;
    } else if (type.equals("linear")) {
      return 1;
    } else if (mlp.matches()) {
      return Integer.parseInt(mlp.group(1));
    }
    throw new InputException(
        "Expected mm_projector_type linear, identity or mlpNx_gelu with N from 1 to 8 in config.json, found %s; this model cannot be run."
            .formatted(CleanText.cut(type, 60)));
  }

  @Override
  List<StoredTensor> tensors(Checkpoint checkpoint) {
    List<StoredTensor> tensors = new ArrayList<>(checkpoint.tensors());
    tensors.addAll(ClipTower.of(checkpoint).tensorsOutside());
    return tensors;
  }

  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    ClipTower tower = ClipTower.of(checkpoint);
    return new OriginalPictures(checkpoint.config())
        .processor(tower.processorFiles(), tower.config(), options);
  }

  /** LLaVA-1.5's; those of LLaVA-1.6, with tiles, are not known. */
  @Override
  public BoxFormat boxes(Checkpoint checkpoint) {
    ConfigObject config = checkpoint.config();
    boolean isFirst =
        DECODERS.get(config.text("model_type", "")) == DecoderSettings.LLAMA
            && !new OriginalPictures(config).hasNewline();
    return isFirst ? BoxFormat.LLAVA : BoxFormat.NONE;
  }

  /** The original code tokenises what stands before and behind the picture apart. */
  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    return PromptEncoder.spliced(
        SentencePieceTokenizer.tokenizerJson(checkpoint::has, checkpoint::bytes),
        config.decoder().vocabSize(),
        config.imageTokenId());
  }

  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    // The original code goes by the folder's name; a template of the text-only base says nothing.
    return ChatTemplate.ofTokenizer(checkpoint)
        .filter(given -> given.jinja().contains(PromptTemplate.IMAGE))
        .map(ChatTemplate::known)
        .orElseGet(() -> DefaultTemplate.of(checkpoint.config()));
  }

  /** The original code hands the prompt over as embeddings. */
  @Override
  public Generation generation(Checkpoint checkpoint) {
    return GenerationSettings.of(checkpoint, checkpoint.config(), false);
  }
}
