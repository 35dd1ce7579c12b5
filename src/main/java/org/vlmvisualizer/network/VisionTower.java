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
  private final IValue embedding;
  private final List<IValue> layers = new ArrayList<>();
  private final IValue projector;

  VisionTower(Torch torch, ModelConfig config, WeightLoader loader, Progress progress) {
    this.torch = torch;
    this.config = config;
    String root = "vision_tower.";
    embedding =
        loader.list(
            loader.load(root + "embeddings.patch_embedding.weight"),
            loader.load(root + "embeddings.class_embedding"),
            loader.load(root + "embeddings.position_embedding.weight"),
            loader.load(root + "pre_layrnorm.weight"),
            loader.load(root + "pre_layrnorm.bias"));
    int count = config.visionLayersUsed();
    for (int i = 0; i < count; i++) {
      progress.update("Loading the vision tower", i, count);
      layers.add(layer(loader, root + "encoder.layers." + i + "."));
    }
    List<PtNDArray> linear = new ArrayList<>();
    for (int i = 1; i <= config.projectorLayers(); i++) {
      linear.add(loader.matrix("multi_modal_projector.linear_" + i));
      linear.add(loader.stack(".bias", "multi_modal_projector.linear_" + i));
    }
    projector = loader.list(linear.toArray(PtNDArray[]::new));
  }

  /** The order that vit.py tells. */
  private static IValue layer(WeightLoader loader, String name) {
    String attention = name + "self_attn.";
    String[] qkv = {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    return loader.list(
        loader.load(name + "layer_norm1.weight"),
        loader.load(name + "layer_norm1.bias"),
        loader.matrix(qkv),
        loader.stack(".bias", qkv),
        loader.matrix(attention + "out_proj"),
        loader.load(attention + "out_proj.bias"),
        loader.load(name + "layer_norm2.weight"),
        loader.load(name + "layer_norm2.bias"),
        loader.matrix(name + "mlp.fc1"),
        loader.load(name + "mlp.fc1.bias"),
        loader.matrix(name + "mlp.fc2"),
        loader.load(name + "mlp.fc2.bias"));
  }

  /**
   * @param pixelValues [1, 3, S, S]
   */
  Output run(PtNDManager owner, PtNDArray pixelValues, VisionLayers recorded, Progress progress) {
    VisionConfig c = config.vision();
    PtNDArray none = torch.zeros(owner, 0);
    PtNDArray total = torch.zeros(owner, c.numPatches(), c.numPatches());
    int used = 0;
    PtNDArray x = torch.tensor(owner, "embed_picture", pixelValues, embedding, c.layerNormEps());
    for (int i = 0; i < layers.size(); i++) {
      progress.update("Looking at the picture", i, layers.size());
      boolean record =
          recorded == VisionLayers.ALL
              || recorded == VisionLayers.SELECTED && i == layers.size() - 1;
      int tokens = c.numPatches() + 1;
      PtNDArray weights = record ? torch.zeros(owner, tokens, tokens) : none;
      PtNDArray next =
          torch.tensor(
              owner,
              "vision_layer",
              x,
              layers.get(i),
              c.numAttentionHeads(),
              c.hiddenAct(),
              c.layerNormEps(),
              weights);
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
        torch.tensor(owner, "project", features, projector, config.projectorAct());
    return new Output(features, projected, used == 0 ? null : (PtNDArray) total.div(used));
  }
}
