package org.vlmvisualizer.family;

import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.ConnectorConfig.Resampler;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.TowerType;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.image.Normalization;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.image.ResampledPictures;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;
import org.vlmvisualizer.prompt.TiktokenTokenizer;
import org.vlmvisualizer.prompt.TiktokenTokenizer.Added;

/**
 * Qwen-VL, the first: image tokens are learned queries that look at all patches of a picture. A
 * resampler makes features of what they find, and its attention says where they looked. The decoder
 * computes what Qwen2's does.
 *
 * <p>Up to {@code seq_length} tokens. Beyond it, the authors' code stretches rotary positions
 * (use_dynamic_ntk) by the length of the prompt, so that the same question would be read otherwise
 * in a longer prompt, and scales queries by their place (use_logn_attn); neither is done here.
 *
 * <p>Source: configuration_qwen.py, modeling_qwen.py, visual.py, tokenization_qwen.py and
 * qwen_generation_utils.py of Qwen/Qwen-VL-Chat, which transformers 4.57.6 lacks; absent keys mean
 * what they mean there. vLLM, qwen_vl.py.
 */
final class FirstQwenVlFamily extends ModelFamily {
  private static final String VOCABULARY = "qwen.tiktoken";
  private static final String END = "<|endoftext|>";
  private static final List<String> TURNS = List.of("<|im_start|>", "<|im_end|>");
  private static final int EXTRAS = 205;

  /** Tokens behind the vocabulary, before {@code <img>}. */
  private static final int BEFORE_IMAGE = 1 + 2 + EXTRAS + 6;

  /** {@code </img>} and the image token. */
  private static final int PAD = 2;

  private static final int HEAD = 128;
  private static final int MAX_PATCHES = 16384;
  private static final int MAX_QUERIES = 4096;
  private static final Normalization CLIP =
      new Normalization(
          new double[] {0.48145466, 0.4578275, 0.40821073},
          new double[] {0.26862954, 0.26130258, 0.27577711},
          1 / 255.0);

  FirstQwenVlFamily() {
    super("qwen", new WeightMap(Map.of(), List.of()));
  }

  @Override
  boolean runs(ModelKind kind) {
    return kind.modelType().equals(modelType());
  }

  @Override
  public ModelConfig config(Checkpoint checkpoint) {
    ConfigObject c = checkpoint.config();
    if (!c.has("visual")) {
      throw new InputException(
          "Expected a Qwen-VL model, but config.json has no settings of a vision tower (visual); this is a model for text or sound, choose another.");
    }
    VisionConfig vision = vision(c.object("visual"));
    DecoderConfig decoder = decoder(c);
    return new ModelConfig(
        vision,
        decoder,
        vision.numHiddenLayers(),
        false,
        resampler(c.object("visual"), vision, decoder),
        false,
        imageStart(c) + PAD);
  }

  @Override
  public BoxFormat boxes(Checkpoint checkpoint) {
    return BoxFormat.INTERNVL;
  }

  private static int imageStart(ConfigObject c) {
    return c.object("visual").integer("image_start_id", 151857);
  }

  private static VisionConfig vision(ConfigObject c) {
    int width = c.size("width", 1664);
    int heads = c.count("heads", 16);
    c.requireDivides("heads", heads, width);
    double ratio = c.number("mlp_ratio", 4.9231);
    if (ratio <= 0 || ratio > 64) {
      throw c.unexpected("a number above 0, up to 64", "mlp_ratio", Double.toString(ratio));
    }
    VisionConfig vision =
        new VisionConfig(
            TowerType.QWEN_VL,
            width,
            (int) (width * ratio),
            c.count("layers", 48),
            heads,
            c.size("image_size", 448),
            c.size("patch_size", 14),
            "gelu",
            Resampler.EPS,
            List.of());
    if (vision.patchSize() > vision.imageSize() || vision.numPatches() > MAX_PATCHES) {
      throw c.unexpected(
          "a size of 1 to %d patches of patch_size".formatted(MAX_PATCHES),
          "image_size",
          Integer.toString(vision.imageSize()));
    }
    return vision;
  }

  private static Resampler resampler(ConfigObject c, VisionConfig vision, DecoderConfig decoder) {
    int width = c.size("output_dim", 4096);
    if (width != decoder.hiddenSize()) {
      throw c.unexpected(
          decoder.hiddenSize() + ", the decoder's hidden_size,", "output_dim", "" + width);
    }
    int heads = width / HEAD;
    if (heads < 1 || width % heads != 0 || width % 4 != 0 || width == vision.hiddenSize()) {
      throw c.unexpected("heads of %d numbers".formatted(HEAD), "output_dim", "" + width);
    }
    int queries = c.size("n_queries", 256);
    int side = (int) Math.sqrt(queries);
    if (side * side != queries || queries > MAX_QUERIES) {
      throw c.unexpected("a square up to " + MAX_QUERIES, "n_queries", "" + queries);
    }
    return new Resampler(queries, heads);
  }

  private static DecoderConfig decoder(ConfigObject c) {
    int width = c.size("hidden_size", 4096);
    int heads = c.count("num_attention_heads", 32);
    int size = c.size("kv_channels", 128);
    if ((long) heads * size != width || size % 2 != 0) {
      throw c.unexpected(
          "hidden_size / num_attention_heads, an even number,", "kv_channels", "" + size);
    }
    int inner = c.size("intermediate_size", 22016);
    if (inner % 2 != 0) {
      throw c.unexpected("twice the MLP's width", "intermediate_size", "" + inner);
    }
    if (!c.flag("no_bias", true)) {
      throw c.unexpected("true", "no_bias", "false");
    }
    if (c.number("rotary_pct", 1) != 1) {
      throw c.unexpected("1", "rotary_pct", "" + c.number("rotary_pct", 1));
    }
    int positions = c.size("max_position_embeddings", 8192);
    boolean stretches = c.flag("use_dynamic_ntk", true) || c.flag("use_logn_attn", true);
    int trained = stretches ? c.size("seq_length", 2048) : positions;
    return new DecoderConfig(
        width,
        inner / 2,
        c.count("num_hidden_layers", 32),
        heads,
        heads,
        size,
        c.size("vocab_size", 151936),
        Math.min(positions, trained),
        c.number("layer_norm_epsilon", 1e-6),
        new RopeConfig(
            c.number("rotary_emb_base", 10000),
            stretches ? new RopeConfig.Unstretched() : new RopeConfig.Plain()),
        true,
        false,
        false,
        false,
        c.flag("tie_word_embeddings", false),
        Integer.MAX_VALUE);
  }

  @Override
  public Weights weights(Checkpoint checkpoint, ModelConfig config) {
    return QwenWeights.resolve(checkpoint.tensors(), checkpoint.adapter(), config);
  }

  /**
   * The parts of an answer that say what is where ({@code <ref>}, {@code <box>}, {@code <quad>})
   * stay in its text.
   */
  @Override
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    List<Added> added =
        Stream.of(
                Stream.of(END),
                TURNS.stream(),
                IntStream.range(0, EXTRAS).mapToObj("<|extra_%d|>"::formatted),
                Stream.of("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>"),
                Stream.of("<img>", "</img>", ResampledPictures.PAD))
            .flatMap(all -> all)
            .map(token -> new Added(token, !token.matches("</?(ref|box|quad)>")))
            .toList();
    JsonObject tokenizer =
        TiktokenTokenizer.tokenizerJson(checkpoint.bytes(VOCABULARY), VOCABULARY, added);
    int tokens = tokenizer.getAsJsonObject("model").getAsJsonObject("vocab").size();
    if (imageStart(checkpoint.config()) != tokens + BEFORE_IMAGE) {
      throw checkpoint
          .config()
          .object("visual")
          .unexpected(
              "%d, the id of <img> behind the %d tokens of %s,"
                  .formatted(tokens + BEFORE_IMAGE, tokens, VOCABULARY),
              "image_start_id",
              "" + imageStart(checkpoint.config()));
    }
    int image = config.imageTokenId();
    return new PromptEncoder(tokenizer, config.decoder().vocabSize(), image, image);
  }

  /** Pictures are resized by Pillow's bicubic filter to a square; the user chooses nothing. */
  @Override
  public PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options) {
    if (options.fit() == Fit.CROP) {
      throw new InputException(
          "Expected fit=pad, since this model sees whole pictures, found fit=crop.");
    }
    if (!options.detail().equals(Detail.STANDARD)) {
      throw new InputException(
          "Expected detail=standard, since this model itself sets the number of image tokens, found detail=%s."
              .formatted(options.detail()));
    }
    ModelConfig config = config(checkpoint);
    return new ResampledPictures(
        config.vision().imageSize(),
        config.vision().patchSize(),
        CLIP,
        ((Resampler) config.connector()).queries());
  }

  /** Chats have ChatML; a model that was not trained for them, none that the plugin knows. */
  @Override
  public PromptTemplate template(Checkpoint checkpoint) {
    checkpoint.settings("generation_config.json").oneOf("chat_format", "chatml", List.of("chatml"));
    return PromptTemplate.QWEN2_VL;
  }

  /** A turn's mark ends an answer, whatever generation_config.json says beside it. */
  @Override
  public Generation generation(Checkpoint checkpoint) {
    Generation own = GenerationSettings.of(checkpoint, checkpoint.config(), true);
    int end = imageStart(checkpoint.config()) - BEFORE_IMAGE;
    Set<Integer> ends = new HashSet<>(own.eosIds());
    IntStream.rangeClosed(end, end + TURNS.size()).forEach(ends::add);
    return own.endingWith(ends);
  }
}
