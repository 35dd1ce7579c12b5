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
 * A vision tower up to the layer that the connector reads.
 *
 * <p>Source: transformers 4.57, modeling_clip.py, modeling_siglip.py and modeling_idefics3.py.
 */
final class VisionTower {
  /**
   * What {@link #run} gives.
   *
   * @param features [B * P, D]
   * @param attention [B * P, P] between the patches of each crop, or null
   */
  record Output(PtNDArray features, PtNDArray attention) {}

  private final Torch torch;
  private final VisionConfig config;
  private final IValue options;
  private final IValue embeddings;
  private final List<IValue> layers = new ArrayList<>();
  private final IValue finalNorm;

  VisionTower(Torch torch, ModelConfig model, WeightLoader loader, Progress progress) {
    this.torch = torch;
    config = model.vision();
    String root = "vision_tower.";
    options =
        loader.keep(
            "tower_options",
            config.numAttentionHeads(),
            config.hiddenAct(),
            config.layerNormEps(),
            config.numTokens() - config.numPatches());
    embeddings =
        loader.keep(
            "tower_embeddings",
            loader.load(root + "embeddings.patch_embedding.weight"),
            loader.stack(".bias", root + "embeddings.patch_embedding"),
            loader.stack("", root + "embeddings.class_embedding"),
            positions(loader, root + "embeddings.position_embedding.weight"),
            loader.norm(root + "pre_layrnorm"));
    int count = model.visionLayersUsed();
    for (int i = 0; i < count; i++) {
      progress.update("Loading the vision tower", i, count);
      layers.add(layer(loader, root + "encoder.layers." + i + "."));
    }
    finalNorm =
        model.visionNorm()
            ? loader.norm(root + "post_layernorm")
            : loader.keep("norm", loader.none(), loader.none());
  }

  private PtNDArray positions(WeightLoader loader, String name) {
    int[] ids = config.positionIds().stream().mapToInt(Integer::intValue).toArray();
    return ids.length == 0 ? loader.load(name) : loader.rows(torch.manager(), name, ids);
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
   * Sees crops one after another.
   *
   * @param crops [B, 3 * S * S]
   */
  Output run(PtNDManager owner, float[][] crops, VisionLayers recorded, Progress progress) {
    int patches = config.numPatches();
    PtNDArray features = torch.zeros(owner, crops.length * patches, config.hiddenSize());
    boolean records = recorded != VisionLayers.NONE;
    PtNDArray attention = records ? torch.zeros(owner, crops.length * patches, patches) : null;
    for (int b = 0; b < crops.length; b++) {
      Progress within = within(progress, b * layers.size(), crops.length * layers.size());
      PtNDArray total = records ? torch.zeros(owner, patches, patches) : null;
      try (PtNDArray x = run(owner, crops[b], recorded, total, within);
          PtNDArray rows = torch.tensor(owner, "tower_features", x, finalNorm, options)) {
        torch.tensor(owner, "fill", features, b * patches, rows).close();
      }
      if (records) {
        total.divi(recorded == VisionLayers.ALL ? layers.size() : 1);
        torch.tensor(owner, "fill", attention, b * patches, total).close();
        total.close();
      }
    }
    return new Output(features, attention);
  }

  /** Counts layers on from those of earlier crops. */
  private static Progress within(Progress progress, int done, int all) {
    return (stage, layer, ofCrop) -> progress.update(stage, done + layer, all);
  }

  /**
   * The hidden states of one crop.
   *
   * @param total [P, P] to which the attention of the recorded layers is added, or null
   */
  private PtNDArray run(
      PtNDManager owner, float[] crop, VisionLayers recorded, PtNDArray total, Progress progress) {
    int side = config.imageSize();
    PtNDArray x;
    try (PtNDArray pixels = torch.create(owner, crop, 1, 3, side, side)) {
      x = torch.tensor(owner, "embed_picture", pixels, embeddings, options);
    }
    int tokens = config.numTokens();
    try (PtNDArray none = torch.zeros(owner, 0);
        PtNDArray weights = total == null ? none : torch.zeros(owner, tokens, tokens)) {
      for (int i = 0; i < layers.size(); i++) {
        progress.update("Looking at the picture", i, layers.size());
        boolean record = recorded == VisionLayers.ALL || i == layers.size() - 1;
        try (PtNDArray before = x) {
          x =
              torch.tensor(
                  owner, "vision_layer", before, layers.get(i), options, record ? weights : none);
        }
        if (record && total != null) {
          torch.tensor(owner, "move_patch_attention", weights, total, options).close();
        }
      }
    }
    return x;
  }
}
