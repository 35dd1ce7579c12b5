package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import org.vlmvisualizer.core.TowerNames;
import org.vlmvisualizer.core.VisionConfig;

/** Brings a vision tower's weights by the names that its kind has. */
record TowerWeights(Torch torch, VisionConfig config, WeightLoader loader) {
  private static final String ROOT = "vision_tower.";

  private TowerNames names() {
    return config.type().names();
  }

  /** What patches become tokens by. */
  IValue embeddings() {
    String patches = ROOT + names().patches();
    return loader.keep(
        "tower_embeddings",
        loader.load(patches + ".weight"),
        loader.stack(".bias", patches),
        loader.stack("", ROOT + names().classToken()),
        positions(ROOT + names().positions()),
        loader.norm(ROOT + "pre_layrnorm"));
  }

  private PtNDArray positions(String name) {
    if (config.type().stretchedPositions() > 0) {
      int side = config.imageSize() / config.patchSize();
      return torch.tensor(
          torch.manager(),
          "stretched",
          loader.load(name),
          config.type().stretchedPositions(),
          side);
    }
    int[] ids = config.positionIds().stream().mapToInt(Integer::intValue).toArray();
    return ids.length == 0 ? loader.stack("", name) : loader.rows(torch.manager(), name, ids);
  }

  IValue layer(int index) {
    String layer = ROOT + names().layers() + index + ".";
    List<String> scales = names().scales();
    return loader.keep(
        "tower_layer",
        loader.norm(layer + names().norms().get(0)),
        qkv(layer),
        loader.matrix(layer + names().out()),
        scales.isEmpty() ? loader.none() : loader.load(layer + scales.get(0)),
        loader.norm(layer + names().norms().get(1)),
        loader.matrix(below(layer, names().upper())),
        loader.matrix(layer + names().lower()),
        scales.isEmpty() ? loader.none() : loader.load(layer + scales.get(1)));
  }

  private IValue qkv(String layer) {
    return config.type().isByHeads()
        ? loader.matrixByHeads(config.numAttentionHeads(), layer + names().qkv().get(0))
        : loader.matrix(below(layer, names().qkv()));
  }

  private static String[] below(String layer, List<String> names) {
    return names.stream().map(name -> layer + name).toArray(String[]::new);
  }

  /**
   * The norm behind the layers.
   *
   * @param used whether the connector reads it
   */
  IValue finalNorm(boolean used) {
    return used
        ? loader.norm(ROOT + names().finalNorm())
        : loader.keep("norm", loader.none(), loader.none());
  }
}
