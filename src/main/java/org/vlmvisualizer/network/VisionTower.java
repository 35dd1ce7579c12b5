package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.core.VisionLayers;

/**
 * A CLIP vision tower up to the layer that the projector reads, and the projector.
 *
 * <p>Source: transformers 4.57, modeling_clip.py and modeling_llava.py.
 */
final class VisionTower {
  /** What {@link #run} gives: features [P, D of the decoder], attention [P, P] or null. */
  record Output(PtNDArray features, PtNDArray projected, PtNDArray attention) {}

  private final Torch torch;
  private final ModelConfig config;
  private final IValue options;
  private final IValue embeddings;
  private final List<IValue> layers = new ArrayList<>();

  /** Null where features pass as they are. */
  private final IValue projector;

  VisionTower(Torch torch, ModelConfig config, WeightLoader loader, Progress progress) {
    this.torch = torch;
    this.config = config;
    String root = "vision_tower.";
    VisionConfig c = config.vision();
    options = loader.keep("tower_options", c.numAttentionHeads(), c.hiddenAct(), c.layerNormEps());
    embeddings =
        loader.keep(
            "tower_embeddings",
            loader.load(root + "embeddings.patch_embedding.weight"),
            loader.load(root + "embeddings.class_embedding"),
            loader.load(root + "embeddings.position_embedding.weight"),
            loader.norm(root + "pre_layrnorm"));
    int count = config.visionLayersUsed();
    for (int i = 0; i < count; i++) {
      progress.update("Loading the vision tower", i, count);
      layers.add(layer(loader, root + "encoder.layers." + i + "."));
    }
    List<IValue> linear = new ArrayList<>();
    for (int i = 1; i <= config.projectorLayers(); i++) {
      linear.add(loader.matrix("multi_modal_projector.linear_" + i));
    }
    projector = linear.isEmpty() ? null : loader.list(linear);
  }

  private static IValue layer(WeightLoader loader, String name) {
    String attention = name + "self_attn.";
    return loader.keep(
        "tower_layer",
        loader.norm(name + "layer_norm1"),
        loader.matrix(attention + "q_proj", attention + "k_proj", attention + "v_proj"),
        loader.matrix(attention + "out_proj"),
        loader.norm(name + "layer_norm2"),
        loader.matrix(name + "mlp.fc1"),
        loader.matrix(name + "mlp.fc2"));
  }

  /**
   * @param pixelValues [1, 3, S, S]
   */
  Output run(PtNDManager owner, PtNDArray pixelValues, VisionLayers recorded, Progress progress) {
    VisionConfig c = config.vision();
    PtNDArray none = torch.zeros(owner, 0);
    PtNDArray total = torch.zeros(owner, c.numPatches(), c.numPatches());
    int used = 0;
    PtNDArray x = torch.tensor(owner, "embed_picture", pixelValues, embeddings, options);
    for (int i = 0; i < layers.size(); i++) {
      progress.update("Looking at the picture", i, layers.size());
      boolean record =
          recorded == VisionLayers.ALL
              || recorded == VisionLayers.SELECTED && i == layers.size() - 1;
      int tokens = c.numPatches() + 1;
      PtNDArray weights = record ? torch.zeros(owner, tokens, tokens) : none;
      PtNDArray next = torch.tensor(owner, "vision_layer", x, layers.get(i), options, weights);
      x.close();
      x = next;
      if (record) {
        torch.tensor(owner, "add_patch_attention", weights, total).close();
        weights.close();
        used++;
      }
    }
    PtNDArray features = torch.tensor(owner, "without_class", x);
    PtNDArray projected =
        projector == null
            ? features
            : torch.tensor(owner, "project", features, projector, config.projectorAct());
    return new Output(features, projected, used == 0 ? null : (PtNDArray) total.div(used));
  }
}
