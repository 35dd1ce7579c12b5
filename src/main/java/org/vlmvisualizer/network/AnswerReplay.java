package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.Replayed;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;

/**
 * Reads prompt and answer once more, layer by layer, for what {@link Replay} names. What concerns
 * the answer's rows alone reads only these, over the keys and values that writing the answer left;
 * the rest reads all, into caches of its own.
 */
final class AnswerReplay implements Decoder.Observer {
  private final Torch torch;
  private final Decoder decoder;
  private final TokenSequence prompt;
  private final PtNDArray image;
  private final int[] answer;
  private final TraceRequest request;

  private PtNDManager run;
  private Decoder.Sequence sequence;
  private Set<Replay> wanted;
  private PtNDArray outputRows;
  private PtNDArray valueLogits;
  private final List<float[][]> valueNorms = new ArrayList<>();
  private PtNDArray attention;
  private PtNDArray rollout;

  /**
   * @param image [K, D]
   * @param request with layers and heads counted from 0
   */
  AnswerReplay(
      LlavaNetwork network,
      TokenSequence prompt,
      PtNDArray image,
      int[] answer,
      TraceRequest request) {
    torch = network.torch;
    decoder = network.decoder;
    this.prompt = prompt;
    this.image = image;
    this.answer = answer;
    this.request = request;
  }

  /**
   * @param written caches of the prompt and the answer but for its last token
   */
  Replayed read(PtNDManager owner, Caches written, Progress progress) {
    PtNDArray similarity = null;
    Map<Integer, Integer> columns = new LinkedHashMap<>();
    boolean whole = request.replay().stream().anyMatch(Replay::readsPrompt);
    Caches own = whole ? decoder.caches(length() + 1) : null;
    try (PtNDManager scope = (PtNDManager) owner.newSubManager();
        Decoder.Sequence all = decoder.begin(scope, prompt, whole ? own : written, asRead())) {
      run = scope;
      sequence = all;
      wanted = request.replay();
      prepare();
      int from = whole ? 0 : prompt.length() - 1;
      int rows = wanted.contains(Replay.SIMILARITY) ? length() : answer.length;
      PtNDArray states = all.force(scope, image, answer, from, rows, attention, this, progress);
      if (wanted.contains(Replay.SIMILARITY)) {
        similarity = similarity(states, columns);
      }
      if (valueLogits != null) {
        long behind = states.getShape().get(0) - answer.length;
        sequence.scale(valueLogits, torch.tensor(scope, "rows", states, behind, answer.length));
      }
      return new Replayed(
          valueLogits == null ? null : torch.rows(valueLogits),
          wanted.contains(Replay.VALUE_NORMS) ? byToken(valueNorms) : null,
          rollout == null ? null : answerRows(rollout),
          similarity == null
              ? null
              : new Replayed.Similarity(ids(), columns, torch.rows(similarity)));
    } finally {
      if (own != null) {
        own.close();
      }
    }
  }

  /** S. */
  private int length() {
    return prompt.length() + answer.length - 1;
  }

  private int[] ids() {
    return IntStream.concat(IntStream.of(prompt.inputIds()), IntStream.of(answer)).toArray();
  }

  /** Of rollout the attention of each layer as it is, the first token's included. */
  private TraceRequest asRead() {
    return new TraceRequest(
        request.vision(),
        request.layers(),
        request.heads(),
        true,
        request.replay().contains(Replay.ROLLOUT),
        Keep.NOTHING,
        false);
  }

  private void prepare() {
    int s = length();
    if (wanted.contains(Replay.VALUE_LOGITS)) {
      outputRows = decoder.normed(run, decoder.outputRows(run, answer));
      valueLogits = torch.zeros(run, answer.length, s);
    }
    if (wanted.contains(Replay.ROLLOUT)) {
      attention = torch.zeros(run, s, s);
      rollout = torch.tensor(run, "eye", s, image);
    }
  }

  @Override
  public void see(PtNDManager scope, int layer, PtNDArray x, PtNDArray qkv, int start) {
    IndexRange layers = request.layers();
    if (layer < layers.first() || layer > layers.last()) {
      return;
    }
    if (rollout != null) {
      PtNDArray before = rollout;
      rollout = torch.tensor(run, "rolled", before, attention);
      before.close();
      attention.subi(attention);
    }
    if (valueLogits != null || wanted.contains(Replay.VALUE_NORMS)) {
      PtNDArray weights = sequence.lastWeights(scope, layer, qkv, start, answer.length);
      if (valueLogits != null) {
        sequence.addValueLogits(layer, valueLogits, weights, outputRows);
      }
      if (wanted.contains(Replay.VALUE_NORMS)) {
        valueNorms.add(torch.rows(sequence.valueNorms(scope, layer, weights)));
      }
    }
  }

  private PtNDArray similarity(PtNDArray states, Map<Integer, Integer> columns) {
    Set<Integer> known = new HashSet<>();
    IntStream.range(prompt.textStart(), prompt.length())
        .forEach(i -> known.add(prompt.inputIds()[i]));
    IntStream.of(answer).forEach(known::add);
    int[] ids = known.stream().mapToInt(Integer::intValue).sorted().toArray();
    IntStream.range(0, ids.length).forEach(i -> columns.put(ids[i], i));
    PtNDArray normed = sequence.finalStates(run, states);
    return torch.tensor(run, "similarity", normed, decoder.outputRows(run, ids));
  }

  /** [L][T][S] -> [T][L][S]. */
  private static float[][][] byToken(List<float[][]> layers) {
    float[][][] tokens = new float[layers.get(0).length][layers.size()][];
    for (int t = 0; t < tokens.length; t++) {
      for (int l = 0; l < layers.size(); l++) {
        tokens[t][l] = layers.get(l)[t];
      }
    }
    return tokens;
  }

  private float[][] answerRows(PtNDArray matrix) {
    return torch.rows(torch.tensor(run, "rows", matrix, prompt.length() - 1, answer.length));
  }
}
