package org.vlmvisualizer.network;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.ConnectorConfig.Merger;
import org.vlmvisualizer.core.ConnectorConfig.Mlp;
import org.vlmvisualizer.core.ConnectorConfig.PixelShuffle;
import org.vlmvisualizer.core.ConnectorConfig.PooledNorm;
import org.vlmvisualizer.core.ConnectorConfig.Resampler;
import org.vlmvisualizer.core.ConnectorConfig.SeparatedMlp;
import org.vlmvisualizer.core.ConnectorConfig.ShuffledMlp;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.Spread;

/**
 * Makes the features of image tokens of those of patches.
 *
 * <p>Source: transformers 4.57, modeling_llava.py, modeling_llava_next.py,
 * modeling_llava_next_video.py, modeling_llava_onevision.py, modeling_idefics3.py,
 * modeling_internvl.py, modeling_qwen2_vl.py, modeling_qwen2_5_vl.py, modeling_qwen3_vl.py and
 * modeling_gemma3.py; visual.py of Qwen/Qwen-VL-Chat; of Phi-3-V, vLLM's phi3v.py.
 */
final class Connector {
  private final Torch torch;
  private final ModelConfig config;

  /** Of learned queries, or null where the model has none. */
  private final IValue resampler;

  /** Null where features pass as they are. */
  private final IValue layers;

  /** Of joined or pooled patches, or null where the model has none. */
  private final IValue norm;

  private final List<Tap> taps = new ArrayList<>();

  /** A merger of the tower's tapped states. */
  private record Tap(IValue norm, IValue layers) {}

  /** [1, D], or null where the model has none. */
  private final PtNDArray newline;

  /** [1, m * D of the tower] at the end of a row of joined patches, or null. */
  private final PtNDArray rowEnd;

  /** The same between tiles and overview. */
  private final PtNDArray between;

  Connector(Torch torch, ModelConfig config, WeightLoader loader) {
    this.torch = torch;
    this.config = config;
    List<IValue> loaded = new ArrayList<>();
    String root = "multi_modal_projector.";
    if (config.connector() instanceof Mlp mlp) {
      for (int i = 1; i <= mlp.layers(); i++) {
        loaded.add(loader.matrix(root + "linear_" + i));
      }
    } else if (config.connector() instanceof Merger) {
      loaded.addAll(merger(loader, "vision_tower.merger."));
    } else if (config.connector() instanceof ShuffledMlp
        || config.connector() instanceof SeparatedMlp) {
      loaded.add(loader.matrix(root + "linear_1"));
      loaded.add(loader.matrix(root + "linear_2"));
    } else if (config.connector() instanceof PooledNorm) {
      loaded.add(loader.transposed(root + "mm_input_projection_weight"));
    } else if (config.connector() instanceof PixelShuffle) {
      loaded.add(loader.matrix(root + "proj"));
    }
    resampler = config.connector() instanceof Resampler ? resampler(loader, root) : null;
    norm = norm(loader, root);
    layers = loaded.isEmpty() ? null : loader.list(loaded);
    for (int i = 0; config.connector() instanceof Merger m && i < m.taps(); i++) {
      String name = "vision_tower.deepstack_merger_list." + i + ".";
      IValue norm = loader.norm(name + config.vision().type().merger().get(0));
      taps.add(new Tap(norm, loader.list(merger(loader, name))));
    }
    newline = config.imageNewline() ? loader.load("image_newline").expandDims(0) : null;
    boolean separated = config.connector() instanceof SeparatedMlp;
    rowEnd = separated ? row(loader.load("sub_GN")) : null;
    between = separated ? row(loader.load("glb_GN")) : null;
  }

  private PtNDArray row(PtNDArray stored) {
    return (PtNDArray) torch.tensor(torch.manager(), "float32", stored).reshape(1, stored.size());
  }

  private IValue norm(WeightLoader loader, String root) {
    if (config.connector() instanceof PooledNorm) {
      return loader.keep("norm", loader.load(root + "mm_soft_emb_norm.weight", 1), loader.none());
    }
    return config.connector() instanceof ShuffledMlp ? loader.norm(root + "layer_norm") : null;
  }

  private List<IValue> merger(WeightLoader loader, String name) {
    List<String> parts = config.vision().type().merger();
    return List.of(loader.matrix(name + parts.get(1)), loader.matrix(name + parts.get(2)));
  }

  private static IValue resampler(WeightLoader loader, String root) {
    return loader.keep(
        "resampler",
        loader.load(root + "query"),
        loader.load(root + "pos_embed"),
        loader.matrix(root + "kv_proj"),
        loader.norm(root + "ln_q"),
        loader.norm(root + "ln_kv"),
        loader.matrix(root + "attn.q_proj"),
        loader.matrix(root + "attn.k_proj"),
        loader.matrix(root + "attn.v_proj"),
        loader.matrix(root + "attn.out_proj"),
        loader.norm(root + "ln_post"),
        loader.load(root + "proj"));
  }

  /**
   * What {@link #run} gives.
   *
   * @param image [K, D of the decoder], and beside each other those of taps: [K, (1 + taps) * D]
   * @param gathered [K, P] what learned queries looked at in their crop, mean over heads; else null
   */
  record Output(PtNDArray image, PtNDArray gathered) {}

  Output run(PtNDManager owner, VisionTower.Output seen, Spread spread) {
    return config.connector() instanceof Resampler queries
        ? resampled(owner, seen.features(), queries)
        : new Output(features(owner, seen, spread), null);
  }

  /** Crop by crop. */
  private Output resampled(PtNDManager owner, PtNDArray patches, Resampler queries) {
    int side = config.vision().imageSize() / config.vision().patchSize();
    int perCrop = config.vision().numPatches();
    int crops = (int) (patches.getShape().get(0) / perCrop);
    int count = queries.queries();
    PtNDArray image = torch.zeros(owner, (long) crops * count, config.decoder().hiddenSize());
    PtNDArray gathered = torch.zeros(owner, (long) crops * count, perCrop);
    for (int b = 0; b < crops; b++) {
      try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
        PtNDArray own = torch.tensor(scope, "rows", patches, b * perCrop, perCrop);
        PtNDArray[] made =
            torch.tensors(
                scope, "resampled", own, resampler, queries.side(), side, queries.heads(), eps());
        torch.tensor(scope, "fill", image, b * count, made[0]);
        torch.tensor(scope, "fill", gathered, b * count, made[1]);
      }
    }
    return new Output(image, gathered);
  }

  private PtNDArray features(PtNDManager owner, VisionTower.Output seen, Spread spread) {
    PtNDArray features = run(owner, seen.features(), spread);
    if (taps.isEmpty()) {
      return features;
    }
    List<PtNDArray> all = new ArrayList<>(List.of(features));
    int patches = ((Merger) config.connector()).patches();
    for (int i = 0; i < taps.size(); i++) {
      PtNDArray joined = torch.tensor(owner, "merged", seen.taps().get(i), patches);
      PtNDArray normed = torch.tensor(owner, "normed", joined, taps.get(i).norm(), eps());
      all.add(torch.tensor(owner, "project", normed, taps.get(i).layers(), "gelu"));
    }
    try (IValue parts = IValue.listFrom(all.toArray(PtNDArray[]::new))) {
      return torch.tensor(owner, "beside", parts);
    }
  }

  private double eps() {
    return config.vision().layerNormEps();
  }

  /**
   * @param features [B * P, D of the tower]
   * @return [K, D of the decoder]
   */
  PtNDArray run(PtNDManager owner, PtNDArray features, Spread spread) {
    if (config.connector() instanceof PixelShuffle shuffle) {
      return project(owner, joined(owner, features, spread, shuffle.patches()), "gelu");
    }
    if (config.connector() instanceof ShuffledMlp mlp) {
      PtNDArray joined = joined(owner, features, spread, mlp.patches());
      PtNDArray normed = torch.tensor(owner, "normed", joined, norm, ShuffledMlp.EPS);
      return project(owner, normed, mlp.act());
    }
    if (config.connector() instanceof PooledNorm) {
      PtNDArray pooled = spread(owner, features, spread);
      return project(owner, torch.tensor(owner, "normed", pooled, norm, eps()), "gelu");
    }
    if (config.connector() instanceof SeparatedMlp mlp) {
      PtNDArray joined = joined(owner, features, spread, mlp.patches());
      return project(owner, withSeparators(owner, joined, spread), "gelu");
    }
    if (config.connector() instanceof Merger merger) {
      return project(owner, torch.tensor(owner, "merged", features, merger.patches()), "gelu");
    }
    Mlp mlp = (Mlp) config.connector();
    if (spread.isIdentity()) {
      return project(owner, features, mlp.act());
    }
    // A token that is one patch is the same either way, and those left out need no product.
    PtNDArray tokens;
    if (mlp.poolsFirst() || spread.most() == 1) {
      tokens = project(owner, spread(owner, features, spread), mlp.act());
    } else {
      tokens = spread(owner, project(owner, features, mlp.act()), spread);
    }
    return withNewlines(owner, tokens, spread);
  }

  private PtNDArray project(PtNDManager owner, PtNDArray features, String act) {
    return layers == null ? features : torch.tensor(owner, "project", features, layers, act);
  }

  private PtNDArray spread(PtNDManager owner, PtNDArray features, Spread spread) {
    int most = spread.most();
    float[] weights = new float[spread.tokens() * most];
    for (int k = 0; k < spread.tokens(); k++) {
      for (int e = spread.start()[k]; e < spread.start()[k + 1]; e++) {
        weights[k * most + e - spread.start()[k]] = spread.weight()[e];
      }
    }
    PtNDArray weight = torch.create(owner, weights, spread.tokens(), most);
    return torch.tensor(owner, "spread", features, patches(owner, spread, most), weight);
  }

  private PtNDArray joined(PtNDManager owner, PtNDArray features, Spread spread, int most) {
    for (int k = 0; k < spread.tokens(); k++) {
      int count = spread.start()[k + 1] - spread.start()[k];
      if (count != most && (count != 0 || rowEnd == null)) {
        throw new IllegalArgumentException("Image token " + k + " is not " + most + " patches.");
      }
    }
    return torch.tensor(owner, "joined", features, patches(owner, spread, most));
  }

  /** [K, most], 0 where a token has fewer patches. */
  private PtNDArray patches(PtNDManager owner, Spread spread, int most) {
    long[] patches = new long[spread.tokens() * most];
    for (int k = 0; k < spread.tokens(); k++) {
      for (int e = spread.start()[k]; e < spread.start()[k + 1]; e++) {
        patches[k * most + e - spread.start()[k]] = spread.patch()[e];
      }
    }
    return torch.create(owner, LongBuffer.wrap(patches), DataType.INT64, spread.tokens(), most);
  }

  private PtNDArray withNewlines(PtNDManager owner, PtNDArray tokens, Spread spread) {
    int[] newlines = withoutPatches(spread).toArray();
    if (newlines.length == 0) {
      return tokens;
    }
    if (newline == null) {
      throw new IllegalArgumentException("This model has no feature for tokens without a place.");
    }
    return put(owner, tokens, newlines, newline);
  }

  private static IntStream withoutPatches(Spread spread) {
    return IntStream.range(0, spread.tokens()).filter(k -> isEmpty(spread, k));
  }

  private static boolean isEmpty(Spread spread, int token) {
    return spread.start()[token] == spread.start()[token + 1];
  }

  /** A token without patches ends a row; one behind such a token is before the overview. */
  private PtNDArray withSeparators(PtNDManager owner, PtNDArray joined, Spread spread) {
    int[] all = withoutPatches(spread).toArray();
    int[] second = IntStream.of(all).filter(k -> k > 0 && isEmpty(spread, k - 1)).toArray();
    return put(owner, put(owner, joined, all, rowEnd), second, between);
  }

  private PtNDArray put(PtNDManager owner, PtNDArray tokens, int[] places, PtNDArray row) {
    return torch.tensor(owner, "put_rows", tokens, torch.numbers(owner, places), row);
  }
}
