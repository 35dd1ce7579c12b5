package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
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
  private final IValue head;
  private final IValue options;
  private final List<IValue> layers = new ArrayList<>();
  private final IValue allLayers;

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
    int halfBlock = precision.isInt4() && torch.isOnCpu() ? torch.int4HalfBlock() : 0;
    options = loader.keep("layer_options", config.rmsNormEps(), halfBlock);
    head =
        loader.keep(
            "head",
            loader.load(root + "norm.weight"),
            loader.projection(config.tieWordEmbeddings() ? root + "embed_tokens" : "lm_head"));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      progress.update("Loading the decoder", i, config.numHiddenLayers());
      layers.add(layer(root + "layers." + i + "."));
      NativeHeap.trim();
    }
    allLayers = loader.list(layers);
  }

  private IValue layer(String name) {
    String attention = name + "self_attn.";
    String[] qkv = {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    String[] gateUp = {name + "mlp.gate_proj", name + "mlp.up_proj"};
    return loader.keep(
        "layer",
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

  /** Embeddings of the prompt's text, with image features [K, D] in the places of image tokens. */
  private PtNDArray embed(PtNDManager owner, TokenSequence prompt, PtNDArray image) {
    int[] places = prompt.imagePositions();
    if (places.length != image.getShape().get(0)) {
      throw new IllegalArgumentException(
          "Expected %d image tokens in the prompt, found %d."
              .formatted(image.getShape().get(0), places.length));
    }
    int[] others = others(prompt, places);
    int[] ids = IntStream.of(others).map(i -> prompt.inputIds()[i]).toArray();
    PtNDArray x = torch.zeros(owner, prompt.length(), config.hiddenSize());
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

  /**
   * Begins a sequence of at most {@code maxLength} tokens.
   *
   * @param request with {@code layers} and {@code heads} counted from 0, or null for no rows
   */
  Sequence begin(PtNDManager owner, int maxLength, TraceRequest request) {
    return new Sequence(owner, maxLength, request);
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
    private final TraceRequest request;
    private final IndexRange kept;
    private final IValue tables;
    private IValue recording;
    private final PtNDArray nothing;
    private final List<IValue> caches = new ArrayList<>();
    private final IValue allCaches;
    private int length;

    private Sequence(PtNDManager owner, int maxLength, TraceRequest request) {
      this.request = request;
      // An empty range keeps no layer.
      kept = request.rows() ? request.layers() : new IndexRange(0, -1);
      nothing = torch.zeros(owner, 0);
      tables = tables(owner, maxLength);
      long[] shape = {config.numKeyValueHeads(), maxLength, config.headDim()};
      for (int i = 0; i < config.numHiddenLayers(); i++) {
        PtNDArray keys = torch.tensor(owner, "zeros", shape, example);
        PtNDArray values = torch.tensor(owner, "zeros", shape, example);
        caches.add(torch.run("cache", keys, values));
      }
      allCaches = IValue.listFrom(caches.toArray(IValue[]::new));
    }

    private IValue tables(PtNDManager owner, int length) {
      RotaryTables rotary = RotaryTables.of(config.rope(), config.headDim(), length);
      long[] shape = {length, config.headDim()};
      return torch.run(
          "rotary",
          torch.create(owner, rotary.cos(), shape),
          torch.create(owner, rotary.sin(), shape));
    }

    private IValue recording(PtNDManager owner, TokenSequence prompt) {
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
     * Runs the whole prompt, a call per layer.
     *
     * @param image [K, D]
     * @param promptTotal [N, N] to which every kept layer's attention is added, or null
     */
    Step prefill(
        PtNDManager owner,
        TokenSequence prompt,
        PtNDArray image,
        PtNDArray promptTotal,
        Progress progress) {
      recording = recording(owner, prompt);
      try (PtNDArray x = embed(owner, prompt, image);
          PtNDArray rows =
              torch.zeros(owner, kept.size(), config.numAttentionHeads(), prompt.length())) {
        for (int i = 0; i < layers.size(); i++) {
          progress.update("Reading the prompt", i, layers.size());
          prefillLayer(owner, i, x, rows, promptTotal);
        }
        length = prompt.length();
        return Step.of(
            torch.tensors(owner, "next_token", x, head, options),
            kept.size() > 0
                ? List.of(torch.tensors(owner, "recorded", rows, recording))
                : List.of());
      }
    }

    /** Puts one layer's output in the place of its input. */
    private void prefillLayer(
        PtNDManager owner, int layer, PtNDArray x, PtNDArray rows, PtNDArray promptTotal) {
      boolean record = layer >= kept.first() && layer <= kept.last();
      torch
          .tensor(
              owner,
              "prefill",
              x,
              layers.get(layer),
              tables,
              caches.get(layer),
              options,
              recording,
              record ? rows : nothing,
              layer - kept.first(),
              record && promptTotal != null ? promptTotal : nothing,
              layer == layers.size() - 1)
          .close();
    }

    /** Runs one more token through all layers, in one call. */
    Step decode(PtNDManager owner, int id) {
      PtNDArray[] result;
      try (PtNDArray x = embed(owner, id)) {
        result =
            torch.tensors(
                owner, "decode", x, allLayers, head, tables, allCaches, length, options, recording);
      }
      length++;
      return Step.of(result, List.of(result).subList(3, result.length));
    }

    @Override
    public void close() {
      caches.forEach(IValue::close);
      allCaches.close();
      tables.close();
      if (recording != null) {
        recording.close();
      }
    }
  }
}
