package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.VisionConfig;
import org.vlmvisualizer.core.VisionLayers;

/**
 * A vision tower up to the layer that the connector reads.
 *
 * <p>Source: transformers 4.57, modeling_clip.py, modeling_siglip.py, modeling_idefics3.py,
 * modeling_internvl.py, modeling_qwen2_vl.py, modeling_qwen2_5_vl.py and modeling_qwen3_vl.py.
 */
final class VisionTower {
  /**
   * What {@link #run} gives.
   *
   * @param features [patches of all crops, D]
   * @param attention [places of all crops, places of the largest], between the {@link
   *     VisionConfig#places places} of each crop, or null
   * @param taps [patches of all crops, D] behind the layers that are tapped
   */
  record Output(PtNDArray features, PtNDArray attention, List<PtNDArray> taps) {}

  private final Torch torch;
  private final VisionConfig config;
  private final IValue options;
  private final IValue embeddings;
  private final List<IValue> layers = new ArrayList<>();
  private final IValue finalNorm;

  VisionTower(Torch torch, ModelConfig model, WeightLoader loader, Progress progress) {
    this.torch = torch;
    config = model.vision();
    options =
        loader.keep(
            "tower_options",
            config.numAttentionHeads(),
            config.hiddenAct(),
            config.layerNormEps(),
            config.type().hasClassToken() ? 1 : 0,
            config.type().isGated());
    TowerWeights weights = new TowerWeights(torch, config, loader);
    embeddings = weights.embeddings();
    int count = model.visionLayersUsed();
    for (int i = 0; i < count; i++) {
      progress.update("Loading the vision tower", i, count);
      layers.add(weights.layer(i));
    }
    finalNorm = weights.finalNorm(model.visionNorm());
  }

  /** Sees crops one after another. */
  Output run(PtNDManager owner, List<Crop> crops, VisionLayers recorded, Progress progress) {
    int[] places = crops.stream().mapToInt(config::places).toArray();
    int all = IntStream.of(places).sum();
    int perPlace = config.blocks() == null ? 1 : config.blocks().patches();
    boolean records = recorded != VisionLayers.NONE;
    PtNDArray features = torch.zeros(owner, (long) all * perPlace, config.hiddenSize());
    PtNDArray attention =
        records ? torch.zeros(owner, all, IntStream.of(places).max().orElse(0)) : null;
    List<PtNDArray> taps = new ArrayList<>();
    for (int i = 0; config.blocks() != null && i < config.blocks().taps().size(); i++) {
      taps.add(torch.zeros(owner, (long) all * perPlace, config.hiddenSize()));
    }
    int start = 0;
    for (int b = 0; b < places.length; b++) {
      Progress within = within(progress, b * layers.size(), places.length * layers.size());
      try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
        PtNDArray total = records ? torch.zeros(scope, places[b], places[b]) : null;
        Taps tapped = new Taps(taps, start * perPlace);
        PtNDArray x = see(scope, crops.get(b), recorded, total, tapped, within);
        PtNDArray rows = torch.tensor(scope, "tower_features", x, finalNorm, options);
        torch.tensor(scope, "fill", features, start * perPlace, rows).close();
        if (records) {
          torch.tensor(scope, "put_block", attention, start, total).close();
        }
      }
      start += places[b];
    }
    return new Output(features, attention, taps);
  }

  /**
   * Where a crop's tapped states go.
   *
   * @param start the first of its rows
   */
  private record Taps(List<PtNDArray> all, int start) {}

  /** Counts layers on from those of earlier crops. */
  private static Progress within(Progress progress, int done, int all) {
    return (stage, layer, ofCrop) -> progress.update(stage, done + layer, all);
  }

  /**
   * The hidden states of one crop.
   *
   * @param total [places, places] that becomes the mean attention of the recorded layers, or null
   */
  private PtNDArray see(
      PtNDManager scope,
      Crop crop,
      VisionLayers recorded,
      PtNDArray total,
      Taps taps,
      Progress progress) {
    try (CropGeometry geometry = CropGeometry.of(torch, scope, config, crop)) {
      PtNDArray x = geometry.inWindows(scope, embed(scope, crop));
      List<Integer> wanted = recordedLayers(recorded);
      try (PtNDArray none = torch.zeros(scope, 0);
          PtNDArray weights = total == null ? none : torch.zeros(scope, size(x), size(x))) {
        for (int i = 0; i < layers.size(); i++) {
          progress.update("Looking at the picture", i, layers.size());
          boolean record = wanted.contains(i);
          try (PtNDArray before = x) {
            x =
                torch.tensor(
                    scope,
                    "vision_layer",
                    before,
                    layers.get(i),
                    options,
                    geometry.tables(),
                    geometry.ends(i),
                    record ? weights : none);
          }
          if (record) {
            move(weights, total);
          }
          tap(scope, x, i, taps);
        }
      }
      if (total != null) {
        total.divi(wanted.size());
        geometry.reorder(scope, total);
      }
      return geometry.inOrder(scope, x);
    }
  }

  private void tap(PtNDManager owner, PtNDArray x, int layer, Taps taps) {
    int tap = config.blocks() == null ? -1 : config.blocks().taps().indexOf(layer);
    if (tap >= 0) {
      torch.tensor(owner, "fill", taps.all().get(tap), taps.start(), x).close();
    }
  }

  private static long size(PtNDArray x) {
    return x.getShape().get(0);
  }

  private PtNDArray embed(PtNDManager owner, Crop crop) {
    try (PtNDArray pixels =
        torch.create(owner, crop.values(), crop.frames(), 3, crop.height(), crop.width())) {
      return config.blocks() == null
          ? torch.tensor(owner, "embed_picture", pixels, embeddings, options)
          : embedBlocks(owner, crop, pixels);
    }
  }

  private PtNDArray embedBlocks(PtNDManager owner, Crop crop, PtNDArray pixels) {
    BlockPositions positions = BlockPositions.of(config, crop);
    try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
      PtNDArray x =
          torch.tensor(
              scope,
              "embed_blocks",
              pixels,
              embeddings,
              config.blocks().mergeSize(),
              positions.patches(torch, scope),
              positions.weights(torch, scope));
      x.attach(owner);
      return x;
    }
  }

  /**
   * The layers that are recorded: where most attend within windows, those that attend to the whole
   * crop, since the others say where a window ends.
   */
  private List<Integer> recordedLayers(VisionLayers recorded) {
    int count = layers.size();
    return switch (recorded) {
      case NONE -> List.of();
      case SELECTED -> List.of(count - 1);
      case ALL -> {
        List<Integer> all = IntStream.range(0, count).boxed().toList();
        List<Integer> full =
            config.blocks() == null ? all : all.stream().filter(config.blocks()::isFull).toList();
        yield full.isEmpty() ? all : full;
      }
    };
  }

  private void move(PtNDArray weights, PtNDArray total) {
    PtNDManager owner = (PtNDManager) total.getManager();
    if (config.blocks() == null) {
      torch.tensor(owner, "move_patch_attention", weights, total, options).close();
    } else {
      int patches = config.blocks().patches();
      torch.tensor(owner, "move_block_attention", weights, total, patches).close();
    }
  }
}
