package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.NativeHeap;
import org.vlmvisualizer.engine.Precision;

/**
 * A LLaMA-like decoder: weights on the device, and greedy decoding over a key/value cache.
 *
 * <p>Source: transformers 4.57, modeling_llama.py, modeling_mistral.py, modeling_phi3.py,
 * modeling_qwen2.py and modeling_qwen3.py (without sliding window), modeling_gemma3.py.
 */
final class Decoder {
  /** Rows whose logits are there at a time. */
  private static final int LOGIT_ROWS = 64;

  private final Torch torch;
  private final DecoderConfig config;
  private final WeightLoader loader;
  private final PtNDArray example;
  private final PtNDArray norm;
  private final Matrix lmHead;
  private final IValue options;
  private final int halfBlock;
  private final List<Layer> layers = new ArrayList<>();
  private final IValue head;
  private final IValue allLayers;

  /** One layer's weights; see weights.py. */
  record Layer(
      PtNDArray inputNorm,
      Matrix qkv,
      PtNDArray qkNorm,
      Matrix o,
      PtNDArray attentionNorm,
      PtNDArray postNorm,
      Matrix gateUp,
      Matrix down,
      PtNDArray mlpNorm) {}

  Decoder(
      Torch torch,
      DecoderConfig config,
      WeightLoader loader,
      Precision precision,
      Progress progress) {
    this.torch = torch;
    this.config = config;
    this.loader = loader;
    example = loader.example();
    String root = "language_model.";
    boolean blocks = precision.isInt4() && torch.isOnCpu() && torch.rowKernel() == null;
    halfBlock = blocks ? torch.int4HalfBlock() : 0;
    options = loader.keep("layer_options", config.rmsNormEps(), halfBlock, config.style().act());
    norm = norm(root + "norm");
    lmHead = loader.projection(config.tieWordEmbeddings() ? root + "embed_tokens" : "lm_head");
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      progress.update("Loading the decoder", i, config.numHiddenLayers());
      layers.add(layer(root + "layers." + i + "."));
      NativeHeap.trim();
    }
    head = loader.keep("head", norm, lmHead.projection());
    allLayers = loader.list(layers.stream().map(this::inOne).toList());
  }

  /** As a decoding step takes it that is one call. */
  private IValue inOne(Layer layer) {
    return loader.keep(
        "layer",
        layer.inputNorm,
        layer.qkv.projection(),
        layer.qkNorm,
        layer.o.projection(),
        layer.attentionNorm,
        layer.postNorm,
        layer.gateUp.projection(),
        layer.down.projection(),
        layer.mlpNorm);
  }

  private Layer layer(String name) {
    String attention = name + "self_attn.";
    String[] qkv =
        config.fused()
            ? new String[] {attention + "qkv_proj"}
            : new String[] {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    String[] gateUp =
        config.fused()
            ? new String[] {name + "mlp.gate_up_proj"}
            : new String[] {name + "mlp.gate_proj", name + "mlp.up_proj"};
    // Where there are four norms, the one of this name acts on attention's output.
    String behind = name + "post_attention_layernorm";
    boolean four = config.style().normsOutputs();
    return new Layer(
        norm(name + "input_layernorm"),
        loader.projection(qkv),
        config.qkNorm() ? qkNorm(attention) : loader.none(),
        loader.projection(attention + "o_proj"),
        four ? norm(behind) : loader.none(),
        norm(four ? name + "pre_feedforward_layernorm" : behind),
        loader.projection(gateUp),
        loader.projection(name + "mlp.down_proj"),
        four ? norm(name + "post_feedforward_layernorm") : loader.none());
  }

  private PtNDArray norm(String name) {
    return loader.load(name + ".weight", config.style().normOffset());
  }

  private PtNDArray qkNorm(String attention) {
    return torch.tensor(
        torch.manager(),
        "qk_norm",
        norm(attention + "q_norm"),
        norm(attention + "k_norm"),
        config.numAttentionHeads(),
        config.numKeyValueHeads(),
        config.style().queryScale());
  }

  /** [ids, D] float32. */
  private PtNDArray embed(PtNDManager owner, int... ids) {
    PtNDArray rows = loader.rows(owner, "language_model.embed_tokens.weight", ids);
    double scale = config.style().embeddingScale();
    if (scale != 1) {
      // Rounded to the type of the weights, as the model was trained.
      torch.run("scaled", rows, scale, example).close();
    }
    return rows;
  }

  /**
   * Embeddings of the prompt's first rows, with image features [K, D] in the places of image
   * tokens.
   */
  private PtNDArray embed(PtNDManager owner, TokenSequence prompt, int end, PtNDArray image) {
    int[] places = prompt.imagePositions();
    if (places.length != image.getShape().get(0)) {
      throw new IllegalArgumentException(
          "Expected %d image tokens in the prompt, found %d."
              .formatted(image.getShape().get(0), places.length));
    }
    int[] others = IntStream.of(others(prompt, places)).filter(i -> i < end).toArray();
    int[] ids = IntStream.of(others).map(i -> prompt.inputIds()[i]).toArray();
    PtNDArray x = torch.zeros(owner, end, config.hiddenSize());
    try (PtNDArray text = embed(owner, ids)) {
      torch.tensor(owner, "put_rows", x, torch.numbers(owner, others), text).close();
      PtNDArray own = torch.tensor(owner, "columns", image, 0, config.hiddenSize());
      torch.tensor(owner, "put_rows", x, torch.numbers(owner, places), own).close();
    }
    return x;
  }

  /** The places of a prompt that are not among those given, rising. */
  private static int[] others(TokenSequence prompt, int[] places) {
    boolean[] given = new boolean[prompt.length()];
    IntStream.of(places).forEach(i -> given[i] = true);
    return IntStream.range(0, prompt.length()).filter(i -> !given[i]).toArray();
  }

  /** Empty caches with room for so many tokens. */
  Caches caches(int room) {
    return new Caches(torch, config, example, room);
  }

  /**
   * Begins a sequence, or goes on with one whose first rows the caches hold.
   *
   * @param caches with room for the prompt and the longest answer; they stay their owner's
   * @param request with {@code layers} and {@code heads} counted from 0, or null for no rows
   */
  Sequence begin(PtNDManager owner, TokenSequence prompt, Caches caches, TraceRequest request) {
    return new Sequence(owner, prompt, caches, request);
  }

  /**
   * One token: its id [], its probability [], the logits [V], ids and probabilities of the
   * likeliest tokens, and what decoder.py records: nothing, rows [L, K], or rows, image [L, H, P]
   * and rest [3, L, H].
   */
  record Step(
      PtNDArray id,
      PtNDArray probability,
      PtNDArray logits,
      PtNDArray likeliest,
      PtNDArray probabilities,
      List<PtNDArray> recorded)
      implements AutoCloseable {
    /** How many arrays are not recorded ones. */
    private static final int FIXED = 5;

    @Override
    public void close() {
      id.close();
      probability.close();
      logits.close();
      likeliest.close();
      probabilities.close();
      recorded.forEach(PtNDArray::close);
    }

    private static Step of(PtNDArray[] tensors, List<PtNDArray> recorded) {
      return new Step(tensors[0], tensors[1], tensors[2], tensors[3], tensors[4], recorded);
    }
  }

  /** Is shown what a layer computes, while it does. */
  interface Observer {
    /**
     * @param x [N, D] the layer's input
     * @param qkv [N, (H + 2 KV) * C] what its projections gave; keys and values are in the caches
     * @param start the first of these rows
     */
    void see(PtNDManager scope, int layer, PtNDArray x, PtNDArray qkv, int start);
  }

  /** Rows of the output matrix, [ids, D], float32. */
  PtNDArray outputRows(PtNDManager owner, int... ids) {
    return torch.tensor(
        owner, "matrix_rows", lmHead.projection(), torch.numbers(owner, ids), halfBlock);
  }

  /** Rows [ids, D] as the final norm's weight lets them act. */
  PtNDArray normed(PtNDManager owner, PtNDArray rows) {
    return torch.tensor(owner, "multiply", rows, norm);
  }

  /** A prompt and what is generated behind it: the key/value caches and the position. */
  final class Sequence implements AutoCloseable {
    private final TokenSequence prompt;
    private final Caches caches;
    private final TraceRequest request;
    private final IndexRange kept;
    private final LayerTables tables;
    private final IValue recording;
    private final PtNDArray nothing;
    private final RowDecoder rows;
    private final Products products;
    private final FewQueries fewQueries;
    private int length;

    private Sequence(PtNDManager owner, TokenSequence prompt, Caches caches, TraceRequest request) {
      this.prompt = prompt;
      this.caches = caches;
      this.request = request;
      // An empty range keeps no layer.
      kept = request.rows() ? request.layers() : new IndexRange(0, -1);
      nothing = torch.zeros(owner, 0);
      products = new Products(torch, owner, halfBlock);
      fewQueries = new FewQueries(torch, config, caches);
      tables = new LayerTables(torch, owner, config, prompt, caches.room());
      recording = recording(owner);
      rows = torch.rowKernel() == null ? null : new RowDecoder(torch, owner, config, caches, kept);
    }

    private IValue recording(PtNDManager owner) {
      IndexRange heads = request.rows() ? request.heads() : new IndexRange(0, 0);
      boolean each = request.keep() == Keep.HEADS || request.headMap() != null;
      int[] recorded = each ? prompt.recordedPositions() : new int[0];
      float[] text = new float[each ? prompt.length() : 0];
      for (int place : each ? others(prompt, recorded) : recorded) {
        text[place] = place == 0 ? 0 : 1;
      }
      return torch.run(
          "recording",
          kept.first(),
          kept.last(),
          heads.first(),
          heads.last(),
          request.keepFirst(),
          torch.numbers(owner, recorded),
          torch.create(owner, text, text.length));
    }

    /**
     * Runs the prompt's rows up to the end of its last picture, layer by layer.
     *
     * @param image [K, (1 + taps) * D] as the connector gives it
     * @param total [N, N] to which every kept layer's attention is added, or null
     */
    void readPicture(PtNDManager owner, PtNDArray image, PtNDArray total, Progress progress) {
      try (PtNDArray x = embed(owner, prompt, Prefix.end(prompt), image)) {
        read(owner, x, 0, image, nothing, total, 1, null, progress);
      }
    }

    /**
     * Runs the rest of the prompt, or all of it if it is to be read in one piece.
     *
     * @param image as for {@link #readPicture}
     * @param total as for {@link #readPicture}
     */
    Step readQuestion(PtNDManager owner, PtNDArray image, PtNDArray total, Progress progress) {
      int n = prompt.length();
      int start = Prefix.end(prompt);
      int[] ids = Arrays.copyOfRange(prompt.inputIds(), start, n);
      try (PtNDArray x = start == 0 ? embed(owner, prompt, n, image) : embed(owner, ids);
          PtNDArray weights = torch.zeros(owner, kept.size(), config.numAttentionHeads(), n)) {
        read(owner, x, start, image, weights, total, 1, null, progress);
        length = n;
        return Step.of(
            nextToken(owner, x),
            kept.size() > 0
                ? List.of(torch.tensors(owner, "recorded", weights, recording))
                : List.of());
      }
    }

    /** What comes behind the last row of x, [N, D]. */
    private PtNDArray[] nextToken(PtNDManager owner, PtNDArray x) {
      try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
        PtNDArray last = torch.tensor(scope, "rows", x, x.getShape().get(0) - 1, 1);
        PtNDArray h = torch.tensor(scope, "rms_norm", last, norm, options);
        return torch.tensors(owner, "best", products.of(scope, h, lmHead));
      }
    }

    /**
     * Reads prompt and answer behind the rows that the caches hold, in one piece.
     *
     * @param image as for {@link #readPicture}
     * @param answer its last token is predicted, not read
     * @param from the first row to read
     * @param wanted how many of the last rows are wanted
     * @param total [S, S] to which every kept layer's attention is added, or null
     * @param observer is shown each layer, or null
     * @return [wanted, D] the states behind the last layer
     */
    PtNDArray force(
        PtNDManager owner,
        PtNDArray image,
        int[] answer,
        int from,
        int wanted,
        PtNDArray total,
        Observer observer,
        Progress progress) {
      try (PtNDArray x = embeddings(owner, image, answer, from)) {
        read(owner, x, from, image, nothing, total, wanted, observer, progress);
        return torch.tensor(owner, "rows", x, x.getShape().get(0) - wanted, wanted);
      }
    }

    /** Embeddings of prompt and answer, but for its last token, from a row on, [S - from, D]. */
    PtNDArray embeddings(PtNDManager owner, PtNDArray image, int[] answer, int from) {
      int n = prompt.length();
      int[] behind = Arrays.copyOf(answer, answer.length - 1);
      PtNDArray all = torch.empty(owner, n + behind.length - from, config.hiddenSize());
      if (from < n) {
        try (PtNDArray asked = rows(owner, image, from)) {
          torch.tensor(owner, "fill", all, 0, asked).close();
        }
      }
      if (behind.length > 0) {
        try (PtNDArray said = embed(owner, behind)) {
          torch.tensor(owner, "fill", all, Math.max(0, n - from), said).close();
        }
      }
      return all;
    }

    /** Embeddings of the prompt's rows from one on. */
    private PtNDArray rows(PtNDManager owner, PtNDArray image, int from) {
      int n = prompt.length();
      if (IntStream.of(prompt.imagePositions()).noneMatch(place -> place >= from)) {
        return embed(owner, Arrays.copyOfRange(prompt.inputIds(), from, n));
      }
      try (PtNDArray all = embed(owner, prompt, n, image)) {
        return torch.tensor(owner, "rows", all, from, n - from);
      }
    }

    /**
     * Puts the last layer's output in the place of the first one's input.
     *
     * @param wanted how many of the final layer's last rows are computed
     */
    private void read(
        PtNDManager owner,
        PtNDArray x,
        int start,
        PtNDArray image,
        PtNDArray weights,
        PtNDArray total,
        int wanted,
        Observer observer,
        Progress progress) {
      String stage = start == 0 ? "Reading the prompt" : "Reading the question";
      for (int i = 0; i < layers.size(); i++) {
        progress.update(stage, i, layers.size());
        try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
          prefillLayer(scope, i, x, start, weights, total, wanted, observer);
          addTap(scope, x, i, start, image);
        }
      }
    }

    /**
     * Adds to the states behind a layer what the tower has for it.
     *
     * @param start the first row of x
     * @param image [K, (1 + taps) * D]
     */
    void addTap(PtNDManager scope, PtNDArray x, int layer, int start, PtNDArray image) {
      if (layer >= taps(image)) {
        return;
      }
      long end = start + x.getShape().get(0);
      int[] places = prompt.imagePositions();
      int[] own =
          IntStream.range(0, places.length)
              .filter(k -> places[k] >= start && places[k] < end)
              .toArray();
      if (own.length > 0) {
        int[] rows = IntStream.of(own).map(k -> places[k] - start).toArray();
        PtNDArray tap = part(scope, image, 1 + layer);
        PtNDArray some = torch.tensor(scope, "rows_at", tap, torch.numbers(scope, own));
        torch.tensor(scope, "add_rows", x, torch.numbers(scope, rows), some).close();
      }
    }

    /** The first row whose state depends on that of another one. */
    int firstSeeing(int row) {
      return tables.firstSeeing(row);
    }

    /** Behind how many of the first layers something is added. */
    int taps(PtNDArray image) {
      return (int) (image.getShape().get(1) / config.hiddenSize()) - 1;
    }

    /** What is put before the first layer, part 0, or added behind the n-th, [K, D]. */
    PtNDArray part(PtNDManager scope, PtNDArray image, int n) {
      int width = config.hiddenSize();
      return torch.tensor(scope, "columns", image, n * width, width);
    }

    /**
     * Puts one layer's output in the place of its input; of the final layer, the last rows only.
     */
    private void prefillLayer(
        PtNDManager scope,
        int index,
        PtNDArray x,
        int start,
        PtNDArray weights,
        PtNDArray total,
        int wanted,
        Observer observer) {
      Layer layer = layers.get(index);
      boolean record = index >= kept.first() && index <= kept.last();
      boolean isFinal = index == layers.size() - 1;
      long n = x.getShape().get(0);
      PtNDArray attended =
          attention(
              scope,
              index,
              x,
              start,
              record ? weights : nothing,
              record && total != null ? total : nothing,
              isFinal ? wanted : 0,
              observer);
      PtNDArray rest = isFinal ? torch.tensor(scope, "rows", x, n - wanted, wanted) : x;
      add(scope, rest, products.of(scope, attended, layer.o), layer.attentionNorm);
      attended.close();
      // Some rows at a time, since what lies between is several times as wide; but many at once by
      // weights that are widened on the way.
      long most = layer.gateUp.isWidened() ? 2048 : 400;
      long all = rest.getShape().get(0);
      long step = (all + all / most) / (1 + all / most);
      for (long from = 0; from < all; from += step) {
        try (PtNDManager some = (PtNDManager) scope.newSubManager()) {
          mlp(some, layer, torch.tensor(some, "rows", rest, from, step));
        }
      }
    }

    /** Adds what a layer gives, normed if there is a norm. */
    private void add(PtNDManager scope, PtNDArray x, PtNDArray y, PtNDArray norm) {
      PtNDArray added = norm.isEmpty() ? y : torch.tensor(scope, "rms_norm", y, norm, options);
      torch.tensor(scope, "add", x, added).close();
    }

    /** What the rows of x attend to, or so many of the last ones, [N, H * C]. */
    private PtNDArray attention(
        PtNDManager scope,
        int index,
        PtNDArray x,
        int start,
        PtNDArray weights,
        PtNDArray total,
        int wanted,
        Observer observer) {
      Layer layer = layers.get(index);
      PtNDArray h = torch.tensor(scope, "rms_norm", x, layer.inputNorm, options);
      PtNDArray qkv = products.of(scope, h, layer.qkv);
      PtNDArray attended = attention(scope, index, qkv, start, weights, total, wanted);
      if (observer != null) {
        observer.see(scope, index, x, qkv, start);
      }
      return attended;
    }

    private PtNDArray attention(
        PtNDManager scope,
        int index,
        PtNDArray qkv,
        int start,
        PtNDArray weights,
        PtNDArray total,
        int wanted) {
      Layer layer = layers.get(index);
      IValue cache = caches.layer(index);
      int row = index - kept.first();
      long n = qkv.getShape().get(0);
      if (!fewQueries.are(n)) {
        return torch.tensor(
            scope,
            "prompt_attention",
            qkv,
            layer.qkNorm,
            tables.of(index),
            cache,
            start,
            options,
            recording,
            weights,
            row,
            total,
            wanted);
      }
      int some = total == nothing ? wanted : 0;
      IValue own = tables.of(index);
      PtNDArray q =
          torch.tensor(scope, "few_queries", qkv, layer.qkNorm, own, cache, start, options, some);
      PtNDArray attended =
          fewQueries.attend(scope, index, q, start + n, own, recording, weights, row, total);
      return torch.tensor(scope, "few_attended", attended, wanted);
    }

    private void mlp(PtNDManager scope, Layer layer, PtNDArray x) {
      PtNDArray h = torch.tensor(scope, "rms_norm", x, layer.postNorm, options);
      PtNDArray gateUp = products.of(scope, h, layer.gateUp);
      PtNDArray gated = torch.tensor(scope, "gated", gateUp, options);
      gateUp.close();
      add(scope, x, products.of(scope, gated, layer.down), layer.mlpNorm);
    }

    /** The final states of rows behind the last layer, [N, D]. */
    PtNDArray finalStates(PtNDManager owner, PtNDArray x) {
      return torch.tensor(owner, "rms_norm", x, norm, options);
    }

    /** ln p of the answer's tokens by the rows [T, D] behind the last layer that predicted them. */
    float[] logProbabilities(PtNDManager owner, PtNDArray x, int[] answer) {
      float[] all = new float[answer.length];
      for (int from = 0; from < all.length; from += LOGIT_ROWS) {
        int count = Math.min(LOGIT_ROWS, all.length - from);
        try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
          PtNDArray some = torch.tensor(scope, "rows", x, from, count);
          PtNDArray logits = products.of(scope, finalStates(scope, some), lmHead);
          PtNDArray ids = torch.numbers(scope, Arrays.copyOfRange(answer, from, from + count));
          float[] found = torch.floats(torch.tensor(scope, "log_probabilities", logits, ids));
          System.arraycopy(found, 0, all, from, count);
        }
      }
      return all;
    }

    /** The attention of the last rows, [H, T, S], of what a layer's projections gave of rows. */
    PtNDArray lastWeights(PtNDManager scope, int layer, PtNDArray qkv, int start, int rows) {
      long n = qkv.getShape().get(0);
      return torch.tensor(
          scope,
          "replayed_weights",
          torch.tensor(scope, "rows", qkv, n - rows, rows),
          layers.get(layer).qkNorm,
          tables.of(layer),
          caches.layer(layer),
          start + n - rows,
          options);
    }

    /** Adds to y [T, S]; see replay.py. */
    void addValueLogits(int layer, PtNDArray y, PtNDArray weights, PtNDArray rows) {
      torch
          .run(
              "add_value_logits",
              y,
              weights,
              caches.layer(layer),
              rows,
              layers.get(layer).o.projection(),
              layers.get(layer).attentionNorm,
              request.heads().first(),
              request.heads().last(),
              options)
          .close();
    }

    /** Each row by 1 / root mean square of the states x [T, D]. */
    void scale(PtNDArray y, PtNDArray x) {
      torch.run("scaled_rows", y, x, options).close();
    }

    /** [T, S]; see replay.py. */
    PtNDArray valueNorms(PtNDManager scope, int layer, PtNDArray weights) {
      return torch.tensor(
          scope,
          "value_norms",
          weights,
          caches.layer(layer),
          layers.get(layer).o.projection(),
          layers.get(layer).attentionNorm,
          request.heads().first(),
          request.heads().last(),
          halfBlock);
    }

    /** A layer's weights in float32, as gradients.py takes them. */
    private List<PtNDArray> differentiable(PtNDManager owner, int index) {
      Layer layer = layers.get(index);
      List<PtNDArray> all = new ArrayList<>();
      all.add(layer.inputNorm);
      all.addAll(List.of(whole(owner, layer.qkv), bias(owner, layer.qkv), layer.qkNorm));
      all.addAll(List.of(whole(owner, layer.o), bias(owner, layer.o)));
      all.addAll(tables.arrays(index));
      all.addAll(List.of(layer.attentionNorm, layer.postNorm));
      all.addAll(List.of(whole(owner, layer.gateUp), bias(owner, layer.gateUp)));
      all.addAll(List.of(whole(owner, layer.down), bias(owner, layer.down), layer.mlpNorm));
      boolean silu = config.style().act().equals(DecoderConfig.SILU);
      all.addAll(List.of(torch.zeros(owner, silu ? 0 : 1), eps(owner)));
      return all;
    }

    private PtNDArray whole(PtNDManager owner, Matrix matrix) {
      return torch.tensor(owner, "whole_matrix", matrix.projection(), halfBlock);
    }

    private PtNDArray bias(PtNDManager owner, Matrix matrix) {
      return torch.tensor(owner, "bias", matrix.projection());
    }

    private PtNDArray eps(PtNDManager owner) {
      return torch.create(owner, new float[] {(float) config.rmsNormEps()}, 1);
    }

    /**
     * A layer in operations that PyTorch differentiates.
     *
     * @param gradients [T, S, D] by its output; T may be 0
     * @param x [S, D]
     * @return its output [S, D], then [T] gradients by x
     */
    List<PtNDArray> gradients(PtNDManager owner, int layer, PtNDArray gradients, PtNDArray x) {
      List<PtNDArray> arguments = new ArrayList<>(List.of(gradients, x));
      arguments.addAll(differentiable(owner, layer));
      return torch.differentiate(owner, "layer_gradients", arguments.toArray(PtNDArray[]::new));
    }

    /** Gradients [T, S, D] of ln p of tokens by x [S, D] behind the last layer. */
    PtNDArray answerGradients(PtNDManager owner, PtNDArray x, int[] rows, int[] ids) {
      PtNDArray places = torch.numbers(owner, rows);
      PtNDArray own =
          torch
              .differentiate(
                  owner,
                  "answer_gradients",
                  x,
                  places,
                  torch.numbers(owner, ids),
                  norm,
                  whole(owner, lmHead),
                  bias(owner, lmHead),
                  eps(owner))
              .get(0);
      return torch.tensor(owner, "at_rows", own, places, x.getShape().get(0));
    }

    /** Which of some rows of a layer's input lie beyond a threshold, and in which dimensions. */
    PtNDArray beyond(PtNDManager scope, PtNDArray x, int[] rows, double threshold) {
      return torch.tensor(scope, "beyond", x, torch.numbers(scope, rows), options, threshold);
    }

    /** Runs one more token through all layers. */
    Step decode(PtNDManager owner, int id) {
      Step step;
      try (PtNDArray x = embed(owner, id)) {
        step = rows == null ? inOneCall(owner, x) : byRows(x);
      }
      length++;
      return step;
    }

    private Step inOneCall(PtNDManager owner, PtNDArray x) {
      PtNDArray[] result =
          torch.tensors(
              owner,
              "decode",
              x,
              allLayers,
              head,
              tables.all(),
              caches.all(),
              length,
              options,
              recording);
      return Step.of(result, List.of(result).subList(Step.FIXED, result.length));
    }

    private Step byRows(PtNDArray x) {
      PtNDArray[] result = rows.run(x, layers, tables, length, norm, lmHead, options);
      return Step.of(result, rows.recorded(length + 1, recording));
    }

    @Override
    public void close() {
      if (rows != null) {
        rows.close();
      }
      tables.close();
      recording.close();
    }
  }
}
