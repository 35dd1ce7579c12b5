package org.vlmvisualizer.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Replayed;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.TraceRequest.SinkSearch;

/** Collects the steps of one answer as plain Java values. */
final class Recorder {
  private static final int OTHERS = 5;

  private final Torch torch;
  private final TraceRequest request;
  private final TokenSequence prompt;
  private Layout layout;
  private final int[] recorded;
  private final IntFunction<String> texts;
  private final LogitsProcessor processor;
  private final int[] given;
  private final List<GeneratedToken> tokens = new ArrayList<>();
  private final List<float[][]> rows = new ArrayList<>();
  private final List<float[]> image = new ArrayList<>();
  private final List<float[]> rest = new ArrayList<>();
  private final List<float[]> logits = new ArrayList<>();
  private final List<HeadMap.Made> headMaps = new ArrayList<>();
  private boolean[][] sinks;
  private Replayed replayed = Replayed.NOTHING;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private long lapStart = System.nanoTime();

  /**
   * @param request with layers and heads counted from 0
   * @param texts what an id looks like to a reader
   * @param processor chooses the tokens; null for those that the network chose
   * @param given the answer, if it is not the model's own; else null
   */
  Recorder(
      Torch torch,
      TraceRequest request,
      TokenSequence prompt,
      IntFunction<String> texts,
      LogitsProcessor processor,
      int[] given) {
    recorded = prompt.recordedPositions();
    if (request.keep() != Keep.NOTHING && IntStream.of(recorded).anyMatch(i -> i == 0)) {
      throw new IllegalArgumentException("The first token is part of the picture.");
    }
    this.torch = torch;
    this.request = request;
    this.prompt = prompt;
    this.texts = texts;
    this.processor = processor;
    this.given = given;
  }

  /** Takes where image tokens lie, before the first token. */
  void lay(Layout known) {
    layout = known;
  }

  /** Reads one token, and returns its id. */
  int add(Decoder.Step step) {
    int id = (int) step.id().getLong();
    double probability = step.probability().getFloat();
    if (Double.isNaN(probability)) {
      throw new InputException(
          "Expected numbers from the model, but it computed NaN (not a number); choose precision float32, or download the model again.");
    }
    int best = id;
    if (given != null || processor != null) {
      float[] scores = torch.floats(step.logits());
      id = given != null ? given[tokens.size()] : processor.choose(scores.clone());
      probability *= Math.exp((double) scores[id] - scores[best]);
    }
    tokens.add(new GeneratedToken(id, texts.apply(id), probability, others(step, id), null, null));
    if (request.rows()) {
      float[][] layers = torch.rows(step.recorded().get(0));
      rows.add(layers);
      keep(step, layers);
      if (request.headMap() != null) {
        headMaps.add(headMap(torch.floats(step.recorded().get(1))));
      }
    }
    if (request.logits()) {
      logits.add(torch.floats(step.logits()));
    }
    return id;
  }

  private HeadMap.Made headMap(float[] heads) {
    int rows = request.layers().size() * request.heads().size();
    if (request.sinks() == SinkSearch.REMOVE) {
      int stride = heads.length / rows;
      for (int row = 0; row < rows; row++) {
        boolean[] layer = sinks[row / request.heads().size()];
        for (int k = 0; k < layer.length; k++) {
          heads[row * stride + k] = layer[k] ? 0 : heads[row * stride + k];
        }
      }
    }
    return request.headMap().of(heads, request.layers(), request.heads(), layout);
  }

  /** The likeliest tokens beside the one that was taken. */
  private List<Candidate> others(Decoder.Step step, int taken) {
    long[] ids = step.likeliest().toLongArray();
    float[] probabilities = step.probabilities().toFloatArray();
    return IntStream.range(0, ids.length)
        .filter(i -> ids[i] != taken)
        .mapToObj(i -> new Candidate((int) ids[i], texts.apply((int) ids[i]), probabilities[i]))
        .limit(OTHERS)
        .toList();
  }

  /** The answer so far, as ids. */
  int[] ids() {
    return GeneratedToken.ids(tokens);
  }

  /** Takes where attention sinks are, before the first token. */
  void add(boolean[][] found) {
    sinks = found;
  }

  /** Takes what was read of the whole answer. */
  void add(Replayed more) {
    replayed = more;
  }

  private void keep(Decoder.Step step, float[][] layers) {
    if (request.keep() == Keep.HEADS) {
      image.add(torch.floats(step.recorded().get(1)));
      rest.add(torch.floats(step.recorded().get(2)));
    } else if (request.keep() == Keep.LAYERS) {
      keepLayers(layers);
    }
  }

  /** Ends a stage, once a GPU has finished it too. */
  void lap(String stage) {
    torch.await();
    long now = System.nanoTime();
    seconds.put(stage, (now - lapStart) / 1e9);
    lapStart = now;
  }

  /** How many tokens there are. */
  int size() {
    return tokens.size();
  }

  /**
   * The tokens from one on.
   *
   * @param first counted from 0
   */
  Trace trace(int first, float[][] promptRows, float[][] vision, Reuse reuse) {
    return new Trace(
        prompt,
        layout,
        List.copyOf(from(first, tokens)),
        rows.isEmpty() ? null : from(first, rows).toArray(float[][][]::new),
        promptRows,
        vision,
        kept(first, vision),
        logits.isEmpty() ? null : from(first, logits).toArray(float[][]::new),
        headMaps.isEmpty() ? null : from(first, headMaps).toArray(HeadMap.Made[]::new),
        sinks,
        replayed,
        new LinkedHashMap<>(seconds),
        reuse);
  }

  private static <T> List<T> from(int first, List<T> all) {
    return all.subList(first, all.size());
  }

  private HeadAttention kept(int first, float[][] vision) {
    if (image.isEmpty()) {
      return null;
    }
    return new HeadAttention(
        request.layers(),
        request.heads(),
        request.keep() == Keep.LAYERS,
        from(first, image).toArray(float[][]::new),
        from(first, rest).toArray(float[][]::new),
        vision,
        layout);
  }

  /** Of one token's head means [L, K], what decoder.py keeps of each head. */
  private void keepLayers(float[][] layers) {
    float[] onImage = new float[layers.length * recorded.length];
    float[] sums = new float[HeadAttention.SUMS * layers.length];
    for (int l = 0; l < layers.length; l++) {
      float[] row = layers[l];
      float[] others = row.clone();
      for (int r = 0; r < recorded.length; r++) {
        onImage[l * recorded.length + r] = row[recorded[r]];
        others[recorded[r]] = 0;
      }
      sums[HeadAttention.FIRST * layers.length + l] = row[0];
      sums[HeadAttention.TEXT * layers.length + l] = (float) sum(others, 1, prompt.length());
      sums[HeadAttention.ANSWER * layers.length + l] =
          (float) sum(row, prompt.length(), row.length);
    }
    image.add(onImage);
    rest.add(sums);
  }

  private static double sum(float[] row, int from, int to) {
    double sum = 0;
    for (int k = from; k < to; k++) {
      sum += row[k];
    }
    return sum;
  }
}
