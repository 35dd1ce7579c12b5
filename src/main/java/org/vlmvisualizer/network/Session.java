package org.vlmvisualizer.network;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Gathered;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Replayed;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.Scores;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.TraceRequest.SinkSearch;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.OutOfMemory;

/**
 * One question about some pictures, put to a loaded model. No array of PyTorch leaves it. Not
 * thread-safe; to be used while its network is open.
 */
public final class Session {
  private final LlavaNetwork network;
  private final ModelInput input;
  private final TokenSequence prompt;
  private final Place place;
  private final int[] given;

  /** Where what is computed of the pictures stays for the next question. */
  enum Place {
    /** In the place of the pictures that were asked about before. */
    PICTURES,
    /** In that of plain pictures. */
    PLAIN,
    /** Nowhere. */
    NOWHERE
  }

  /**
   * @param given the answer, if it is not to be the model's own; else null
   */
  Session(LlavaNetwork network, ModelInput input, TokenSequence prompt, Place place, int[] given) {
    this.network = network;
    this.input = input;
    this.prompt = placed(network.config, input, prompt);
    this.place = place;
    this.given = given;
  }

  /** The prompt with its tokens where the decoder has them. */
  static TokenSequence placed(ModelConfig config, ModelInput input, TokenSequence prompt) {
    return config.decoder().rope().hasAxes()
        ? prompt.at(Positions.onAxes(prompt, input.layout()))
        : prompt;
  }

  /**
   * The same session whose answer is given: {@link #generate} then writes these tokens, whatever
   * the model would have written, and records what it does for them.
   *
   * @param answer its ids, at least one
   */
  public Session saying(int[] answer) {
    return new Session(network, input, prompt, place, answer.clone());
  }

  /**
   * How likely each token of an answer is behind the prompt and the tokens before it, in one pass.
   *
   * @param answer its ids, at least one
   * @throws InputException as {@link #generate}
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public Scores logProbabilities(int[] answer, Progress progress) {
    requireRoom(answer.length, TraceRequest.NOTHING);
    return EngineThread.call(
        () -> within(answer.length, prefix -> logProbabilities(prefix, answer, progress)));
  }

  private Scores logProbabilities(Prefix prefix, int[] answer, Progress progress) {
    Reuse reuse = prefix.see(input, prompt, TraceRequest.NOTHING, progress);
    Caches caches = prefix.caches(reuse, prompt.length() + answer.length);
    try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager();
        Decoder.Sequence sequence =
            network.decoder.begin(run, prompt, caches, TraceRequest.NOTHING)) {
      readPicture(run, sequence, prefix, reuse, null, progress);
      PtNDArray states =
          sequence.force(
              run, prefix.image(), answer, Prefix.end(prompt), answer.length, null, null, progress);
      return new Scores(sequence.logProbabilities(run, states, answer), reuse);
    }
  }

  /**
   * The same with some image tokens replaced by those of plain pictures. Hidden from the last token
   * to the first, since rows before a hidden one stay as they are.
   *
   * @param plain of the same layout
   * @param hidden [W] which image tokens, several times
   * @return ln p, [W, T]
   */
  public float[][] logProbabilitiesWithout(
      int[] answer, ModelInput plain, List<int[]> hidden, Progress progress) {
    return besidePlain(
        answer,
        plain,
        progress,
        (run, image, features) ->
            new TokenHiding(network, prompt, image, features, answer)
                .logProbabilities(run, hidden, progress));
  }

  /**
   * Integrated gradients of each token's ln p by the features of image tokens, from those of plain
   * pictures.
   *
   * @param plain of the same layout
   * @param steps midpoints of the integral
   * @return [T, K]
   */
  public float[][] integratedGradients(
      int[] answer, ModelInput plain, int steps, Progress progress) {
    return besidePlain(
        answer,
        plain,
        progress,
        (run, image, features) ->
            new Gradients(network, prompt, image, features, answer)
                .integrated(run, steps, progress));
  }

  /** What is computed of the features of the pictures and of plain ones, both [K, D]. */
  private interface Compared {
    float[][] compute(PtNDManager run, PtNDArray image, PtNDArray plain);
  }

  private float[][] besidePlain(
      int[] answer, ModelInput plain, Progress progress, Compared compared) {
    requireRoom(answer.length, TraceRequest.NOTHING);
    return EngineThread.call(
        () ->
            within(
                answer.length,
                prefix -> {
                  prefix.see(input, prompt, TraceRequest.NOTHING, progress);
                  try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager()) {
                    PtNDArray features = network.features(run, plain, progress);
                    return compared.compute(run, prefix.image(), features);
                  }
                }));
  }

  private void readPicture(
      PtNDManager run,
      Decoder.Sequence sequence,
      Prefix prefix,
      Reuse reuse,
      PtNDArray total,
      Progress progress) {
    if (reuse.promptTokens() < Prefix.end(prompt)) {
      sequence.readPicture(run, prefix.image(), total, progress);
      prefix.hasRead(prompt);
    }
  }

  /**
   * Answers greedily.
   *
   * @param maxNewTokens T at most, at least 1
   * @param generation how tokens are chosen; the end-of-sequence token that ends the answer is its
   *     last
   * @param texts what an id looks like to a reader
   * @param progress is called on PyTorch's thread
   * @return what was asked to be recorded; each token's row is the query row that predicted it
   * @throws InputException if the answer could be too long for the model, or what is kept of it or
   *     the run itself for memory, or if the device's memory runs out
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public Trace generate(
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest request,
      Progress progress) {
    return generate(maxNewTokens, generation, texts, request, progress, null);
  }

  /**
   * The same, watched: then a cancel after the first token ends the answer there, with what is
   * recorded of it so far.
   *
   * @param watch is given each token as a trace of it alone, without rows of the prompt, on
   *     PyTorch's thread, and must return at once; null for nobody
   */
  public Trace generate(
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest request,
      Progress progress,
      Consumer<Trace> watch) {
    int most = given == null ? maxNewTokens : given.length;
    TraceRequest counted = count(request);
    requireRoom(most, counted);
    KeptMemory.require(counted, most, prompt.recordedPositions().length);
    return EngineThread.call(
        () ->
            within(most, prefix -> run(prefix, most, generation, texts, counted, progress, watch)));
  }

  /** Whether the model has room for the prompt and so long an answer, and the device memory. */
  private void requireRoom(int answer, TraceRequest counted) {
    requireRoom(network.config.decoder(), answer);
    RunMemory.of(
            network.config, network.precision(), counted, prompt.length(), answer, input.crops())
        .require(network.torch.isOnCpu(), place == Place.PICTURES ? network.pictureBytes() : 0);
  }

  /** Runs with what is kept of the pictures, or a place for it. */
  private <T> T within(int answer, Function<Prefix, T> run) {
    Prefix prefix =
        switch (place) {
          case PICTURES -> network.prefix(input);
          case PLAIN -> network.plainPrefix(input);
          case NOWHERE -> network.prefixAside();
        };
    try {
      return run.apply(prefix);
    } catch (EngineException e) {
      network.forget("the last run failed");
      throw OutOfMemory.explained(e, network.device(), prompt.length() + answer);
    } finally {
      if (place == Place.NOWHERE) {
        prefix.close();
      } else {
        network.settle();
      }
    }
  }

  private Trace run(
      Prefix prefix,
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest counted,
      Progress progress,
      Consumer<Trace> watch) {
    LogitsProcessor processor =
        generation.isPlain() ? null : new LogitsProcessor(generation, prompt);
    Recorder recorder = new Recorder(network.torch, counted, prompt, texts, processor, given);
    Reuse reuse = prefix.see(input, prompt, counted, progress);
    recorder.lay(layout(prefix));
    recorder.lap("vision");
    Caches caches = prefix.caches(reuse, prompt.length() + maxNewTokens);
    PtNDArray total = prefix.total(reuse, prompt, counted);
    try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager();
        Decoder.Sequence sequence = network.decoder.begin(run, prompt, caches, counted)) {
      readPicture(run, sequence, prefix, reuse, total, progress);
      if (counted.sinks() != SinkSearch.NONE) {
        SinkFinder finder =
            new SinkFinder(network, prompt, SinkFinder.THRESHOLD, SinkFinder.FIRST_LAYER);
        recorder.add(finder.find(run, prefix.image(), counted.layers(), progress));
      }
      Decoder.Step step = sequence.readQuestion(run, prefix.image(), total, progress);
      int id = recorder.add(step);
      recorder.lap("prefill");
      float[][] vision = watch == null ? null : vision(prefix, counted);
      tell(watch, recorder, vision, reuse);
      for (int t = 1; t < maxNewTokens && !ends(generation, id); t++) {
        if (isCancelled(progress, t, maxNewTokens, watch != null)) {
          break;
        }
        Decoder.Step next = sequence.decode(run, id);
        step.close();
        step = next;
        id = recorder.add(step);
        tell(watch, recorder, vision, reuse);
      }
      recorder.lap("decode");
      if (!counted.replay().isEmpty()) {
        recorder.add(replayed(run, prefix.image(), caches, recorder.ids(), counted, progress));
        recorder.lap("replay");
      }
      PtNDArray promptTotal =
          total == null
              ? null
              : network.torch.tensor(run, "divided", total, counted.layers().size());
      return recorder.trace(
          0, rows(promptTotal), vision == null ? vision(prefix, counted) : vision, reuse);
    }
  }

  private Replayed replayed(
      PtNDManager run,
      PtNDArray image,
      Caches caches,
      int[] answer,
      TraceRequest counted,
      Progress progress) {
    return new AnswerReplay(network, prompt, image, answer, counted).read(run, caches, progress);
  }

  private boolean ends(Generation generation, int id) {
    return given == null && generation.eosIds().contains(id);
  }

  private static void tell(
      Consumer<Trace> watch, Recorder recorder, float[][] vision, Reuse reuse) {
    if (watch != null) {
      watch.accept(recorder.trace(recorder.size() - 1, null, vision, reuse));
    }
  }

  /**
   * @param kept whether what was written so far is an answer
   */
  private static boolean isCancelled(Progress progress, int done, int total, boolean kept) {
    try {
      progress.update("Writing the answer", done, total);
      return false;
    } catch (CancellationException e) {
      if (!kept) {
        throw e;
      }
      return true;
    }
  }

  private void requireRoom(DecoderConfig decoder, int answer) {
    int asked = prompt.length();
    int longest = decoder.rope().scaling().longest(asked);
    int most = Math.min(decoder.maxPositionEmbeddings(), longest);
    if (asked + answer <= most) {
      requireNear(most, answer);
      return;
    }
    int room = most - asked;
    String shorter =
        input.layout().frames() > 1 ? "ask about fewer pictures at once" : "shorten the question";
    throw new InputException(
        "Expected at most %d tokens for prompt, picture and answer together, %s, found %d; %s."
            .formatted(
                most,
                limit(decoder, most),
                asked + answer,
                room < 1
                    ? "the prompt alone has " + asked + ", so " + shorter
                    : (given == null ? "set length to" : "shorten the answer to tokens,")
                        + " at most "
                        + room));
  }

  /** Positions run ahead of tokens where time points are far apart. */
  private void requireNear(int most, int answer) {
    if (prompt.positions().next() > most - answer) {
      throw new InputException(
          "Expected time points that prompt and answer have room for within %d positions, the model's max_position_embeddings, found %d by the time between them; ask about fewer of them, or set interval to fewer seconds than they are apart."
              .formatted(most, prompt.positions().next() + answer));
    }
  }

  /** What the most tokens of a sequence are due to. */
  private static String limit(DecoderConfig decoder, int most) {
    if (most < decoder.maxPositionEmbeddings()) {
      return "since this model rotates tokens otherwise beyond its original_max_position_embeddings";
    }
    if (decoder.slidingWindow() <= most) {
      return "since this model's sliding_window is not supported beyond its length";
    }
    return decoder.rope().scaling() instanceof RopeConfig.Unstretched
        ? "since use_dynamic_ntk and use_logn_attn, beyond this model's seq_length, are not supported"
        : "the model's max_position_embeddings";
  }

  /** The request with layers and heads counted from 0. */
  private TraceRequest count(TraceRequest request) {
    if (!request.rows()) {
      return request;
    }
    return request.of(
        request.layers().of(network.config.decoder().numHiddenLayers(), "layers"),
        request.heads().of(network.config.decoder().numAttentionHeads(), "heads"));
  }

  /** Where image tokens lie; of queries, where they looked. */
  private Layout layout(Prefix prefix) {
    Layout layout = input.layout();
    float[][] attention = rows(prefix.gathered());
    return attention == null ? layout : layout.with(new Gathered(attention, null));
  }

  /** Between the places of each crop; null if it was not recorded. */
  private float[][] vision(Prefix prefix, TraceRequest counted) {
    float[][] all = rows(prefix.attention(counted.vision()));
    int row = 0;
    for (Crop crop : all == null ? List.<Crop>of() : input.crops()) {
      int places = network.config.vision().places(crop);
      for (int end = row + places; row < end; row++) {
        all[row] = Arrays.copyOf(all[row], places);
      }
    }
    return all;
  }

  private float[][] rows(PtNDArray matrix) {
    return matrix == null ? null : network.torch.rows(matrix);
  }
}
