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
 * <p>Source: transformers 4.57, modeling_llama.py, modeling_mistral.py, modeling_qwen2.py and
 * modeling_qwen3.py (without sliding window).
 */
final class Decoder {
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
      PtNDArray postNorm,
      Matrix gateUp,
      Matrix down) {}

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
    options = loader.keep("layer_options", config.rmsNormEps(), halfBlock);
    norm = loader.load(root + "norm.weight");
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
        layer.postNorm,
        layer.gateUp.projection(),
        layer.down.projection());
  }

  private Layer layer(String name) {
    String attention = name + "self_attn.";
    String[] qkv = {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    String[] gateUp = {name + "mlp.gate_proj", name + "mlp.up_proj"};
    return new Layer(
        loader.load(name + "input_layernorm.weight"),
        loader.projection(qkv),
        config.qkNorm() ? qkNorm(attention) : loader.none(),
        loader.projection(attention + "o_proj"),
        loader.load(name + "post_attention_layernorm.weight"),
        loader.projection(gateUp),
        loader.projection(name + "mlp.down_proj"));
  }

  private PtNDArray qkNorm(String attention) {
    return torch.tensor(
        torch.manager(),
        "qk_norm",
        loader.load(attention + "q_norm.weight"),
        loader.load(attention + "k_norm.weight"),
        config.numAttentionHeads(),
        config.numKeyValueHeads());
  }

  /** [ids, D] float32. */
  private PtNDArray embed(PtNDManager owner, int... ids) {
    return loader.rows(owner, "language_model.embed_tokens.weight", ids);
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
      torch.tensor(owner, "put_rows", x, torch.numbers(owner, places), image).close();
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
   * One token: its id [], its probability [], the logits [V], and what decoder.py records: nothing,
   * rows [L, K], or rows, image [L, H, P] and rest [3, L, H].
   */
  record Step(PtNDArray id, PtNDArray probability, PtNDArray logits, List<PtNDArray> recorded)
      implements AutoCloseable {
    @Override
    public void close() {
      id.close();
      probability.close();
      logits.close();
      recorded.forEach(PtNDArray::close);
    }

    private static Step of(PtNDArray[] tensors, List<PtNDArray> recorded) {
      return new Step(tensors[0], tensors[1], tensors[2], recorded);
    }
  }

  /** A prompt and what is generated behind it: the key/value caches and the position. */
  final class Sequence implements AutoCloseable {
    private final TokenSequence prompt;
    private final Caches caches;
    private final TraceRequest request;
    private final IndexRange kept;
    private final IValue tables;
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
      tables = tables(owner, caches.room());
      recording = recording(owner);
      rows = torch.rowKernel() == null ? null : new RowDecoder(torch, owner, config, caches, kept);
    }

    private IValue tables(PtNDManager owner, int length) {
      RotaryTables rotary = RotaryTables.of(config.rope(), config.headDim(), length);
      long[] shape = {length, config.headDim()};
      return torch.run(
          "rotary",
          torch.create(owner, rotary.cos(), shape),
          torch.create(owner, rotary.sin(), shape));
    }

    private IValue recording(PtNDManager owner) {
      IndexRange heads = request.rows() ? request.heads() : new IndexRange(0, 0);
      boolean each = request.keep() == Keep.HEADS;
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
     * @param image [K, D]
     * @param total [N, N] to which every kept layer's attention is added, or null
     */
    void readPicture(PtNDManager owner, PtNDArray image, PtNDArray total, Progress progress) {
      try (PtNDArray x = embed(owner, prompt, Prefix.end(prompt), image)) {
        read(owner, x, 0, nothing, total, progress);
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
        read(owner, x, start, weights, total, progress);
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

    /** Puts the last layer's output in the place of the first one's input. */
    private void read(
        PtNDManager owner,
        PtNDArray x,
        int start,
        PtNDArray weights,
        PtNDArray total,
        Progress progress) {
      String stage = start == 0 ? "Reading the prompt" : "Reading the question";
      for (int i = 0; i < layers.size(); i++) {
        progress.update(stage, i, layers.size());
        try (PtNDManager scope = (PtNDManager) owner.newSubManager()) {
          prefillLayer(scope, i, x, start, weights, total);
        }
      }
    }

    /** Puts one layer's output in the place of its input; of the final layer, the last row only. */
    private void prefillLayer(
        PtNDManager scope, int index, PtNDArray x, int start, PtNDArray weights, PtNDArray total) {
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
              isFinal);
      PtNDArray rest = isFinal ? torch.tensor(scope, "rows", x, n - 1, 1) : x;
      torch.tensor(scope, "add", rest, products.of(scope, attended, layer.o)).close();
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

    /** What the rows of x attend to, or the last one only, [N, H * C]. */
    private PtNDArray attention(
        PtNDManager scope,
        int index,
        PtNDArray x,
        int start,
        PtNDArray weights,
        PtNDArray total,
        boolean last) {
      Layer layer = layers.get(index);
      PtNDArray h = torch.tensor(scope, "rms_norm", x, layer.inputNorm, options);
      PtNDArray qkv = products.of(scope, h, layer.qkv);
      IValue cache = caches.layer(index);
      int row = index - kept.first();
      long n = x.getShape().get(0);
      if (!fewQueries.are(n)) {
        return torch.tensor(
            scope,
            "prompt_attention",
            qkv,
            layer.qkNorm,
            tables,
            cache,
            start,
            options,
            recording,
            weights,
            row,
            total,
            last);
      }
      boolean one = last && total == nothing;
      PtNDArray q =
          torch.tensor(scope, "few_queries", qkv, layer.qkNorm, tables, cache, start, options, one);
      PtNDArray attended =
          fewQueries.attend(scope, index, q, start + n, recording, weights, row, total);
      return torch.tensor(scope, "few_attended", attended, last);
    }

    private void mlp(PtNDManager scope, Layer layer, PtNDArray x) {
      PtNDArray h = torch.tensor(scope, "rms_norm", x, layer.postNorm, options);
      PtNDArray gateUp = products.of(scope, h, layer.gateUp);
      PtNDArray gated = torch.tensor(scope, "gated", gateUp);
      gateUp.close();
      torch.tensor(scope, "add", x, products.of(scope, gated, layer.down)).close();
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
              tables,
              caches.all(),
              length,
              options,
              recording);
      return Step.of(result, List.of(result).subList(3, result.length));
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
