package org.vlmvisualizer.family;

import com.google.gson.JsonObject;
import java.util.List;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.prompt.PromptEncoder;
import org.vlmvisualizer.prompt.PromptTemplate;
import org.vlmvisualizer.prompt.TokenizerConfig;

/**
 * All that differs between families of models: how to read their configuration, what their weights
 * are called, how their picture and prompt are prepared. Every method throws {@link
 * org.vlmvisualizer.core.InputException} where a checkpoint asks for what is not supported.
 */
public abstract class ModelFamily {
  private final String modelType;
  private final WeightMap weightMap;

  ModelFamily(String modelType, WeightMap weightMap) {
    this.modelType = modelType;
    this.weightMap = weightMap;
  }

  /** The {@code model_type} of config.json. */
  final String modelType() {
    return modelType;
  }

  /** Whether a checkpoint of this {@code model_type} is of this family. */
  boolean accepts(Checkpoint checkpoint) {
    return checkpoint.config().text("model_type", "").equals(modelType);
  }

  /** Whether it runs models of a kind; {@link #config} of one says the same by its files. */
  boolean runs(ModelKind kind) {
    return kind.modelType().equals(modelType)
        && DecoderSettings.knows(kind.decoder())
        && VisionSettings.knows(kind.tower());
  }

  public abstract ModelConfig config(Checkpoint checkpoint);

  /** All tensors that a model of this checkpoint may be made of. */
  List<StoredTensor> tensors(Checkpoint checkpoint) {
    return checkpoint.tensors();
  }

  /** The weights by canonical name; of an adapter, those of its base with what it changes. */
  public Weights weights(Checkpoint checkpoint, ModelConfig config) {
    List<StoredTensor> stored = tensors(checkpoint);
    if (config.decoder().tieWordEmbeddings()) {
      // As in transformers, embeddings count where an lm_head is stored beside them.
      stored =
          stored.stream()
              .filter(t -> !weightMap.canonical(t.name()).equals("lm_head.weight"))
              .toList();
    }
    return AdaptedWeights.resolve(stored, checkpoint.adapter(), weightMap, WeightShapes.of(config));
  }

  /** The tokenizer, and how a picture is put into a prompt. The caller closes it. */
  public PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config) {
    return encoder(checkpoint, config, PromptTemplate.IMAGE);
  }

  /**
   * @param imageToken the text of an image token
   */
  final PromptEncoder encoder(Checkpoint checkpoint, ModelConfig config, String imageToken) {
    JsonObject tokenizer =
        TokenizerConfig.applied(
            checkpoint.required("tokenizer.json"), checkpoint.optional("tokenizer_config.json"));
    PromptEncoder encoder =
        new PromptEncoder(
            tokenizer,
            config.decoder().vocabSize(),
            config.imageTokenId(),
            videoTokenId(checkpoint, config));
    try {
      encoder.requireImageToken(imageToken);
      return encoder;
    } catch (InputException e) {
      encoder.close();
      throw e;
    }
  }

  /** What stands for a part of a video in a prompt; the image token where the model takes none. */
  int videoTokenId(Checkpoint checkpoint, ModelConfig config) {
    return config.imageTokenId();
  }

  /**
   * How pictures are brought before the model.
   *
   * @throws InputException if the checkpoint or the options ask for what is not supported
   */
  public abstract PictureProcessor pictures(Checkpoint checkpoint, PictureOptions options);

  public abstract PromptTemplate template(Checkpoint checkpoint);

  /** How boxes and points stand in its answers. */
  public BoxFormat boxes(Checkpoint checkpoint) {
    return BoxFormat.NONE;
  }

  /** How the tokens of an answer are chosen, and which end it. */
  public Generation generation(Checkpoint checkpoint) {
    return GenerationSettings.of(checkpoint, checkpoint.config().object("text_config"), true);
  }
}
