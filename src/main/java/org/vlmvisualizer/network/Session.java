package org.vlmvisualizer.network;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Reuse;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
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
  private final boolean aside;

  /**
   * @param aside whether the picture of earlier questions is left alone: neither reused nor
   *     replaced
   */
  Session(LlavaNetwork network, ModelInput input, TokenSequence prompt, boolean aside) {
    this.network = network;
    this.input = input;
    this.prompt = prompt;
    this.aside = aside;
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
    requireRoom(network.config.decoder(), maxNewTokens);
    TraceRequest counted = count(request);
    KeptMemory.require(counted, maxNewTokens, prompt.recordedPositions().length);
    RunMemory.of(
            network.config,
            network.precision(),
            counted,
            prompt.length(),
            maxNewTokens,
            input.crops())
        .require(network.torch.isOnCpu(), aside ? 0 : network.pictureBytes());
    return EngineThread.call(() -> run(maxNewTokens, generation, texts, counted, progress, watch));
  }

  private Trace run(
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest counted,
      Progress progress,
      Consumer<Trace> watch) {
    Prefix prefix = aside ? network.prefixAside() : network.prefix(input);
    try {
      return run(prefix, maxNewTokens, generation, texts, counted, progress, watch);
    } catch (EngineException e) {
      network.forget("the last run failed");
      throw OutOfMemory.explained(e, network.device(), prompt.length() + maxNewTokens);
    } finally {
      if (aside) {
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
    Recorder recorder =
        new Recorder(network.torch, counted, prompt, input.layout(), texts, processor);
    Reuse reuse = prefix.see(input, prompt, counted, progress);
    recorder.lap("vision");
    Caches caches = prefix.caches(reuse, prompt.length() + maxNewTokens);
    PtNDArray total = prefix.total(reuse, prompt, counted);
    try (PtNDManager run = (PtNDManager) network.torch.manager().newSubManager();
        Decoder.Sequence sequence = network.decoder.begin(run, prompt, caches, counted)) {
      if (reuse.promptTokens() < Prefix.end(prompt)) {
        sequence.readPicture(run, prefix.image(), total, progress);
        prefix.hasRead(prompt);
      }
      Decoder.Step step = sequence.readQuestion(run, prefix.image(), total, progress);
      int id = recorder.add(step);
      recorder.lap("prefill");
      float[][] vision = watch == null ? null : rows(prefix.attention(counted.vision()));
      tell(watch, recorder, vision, reuse);
      for (int t = 1; t < maxNewTokens && !generation.eosIds().contains(id); t++) {
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
      PtNDArray promptTotal =
          total == null
              ? null
              : network.torch.tensor(run, "divided", total, counted.layers().size());
      return recorder.trace(
          0,
          rows(promptTotal),
          vision == null ? rows(prefix.attention(counted.vision())) : vision,
          reuse);
    }
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
    int most = decoder.maxPositionEmbeddings();
    if (asked + answer <= most) {
      return;
    }
    boolean window = decoder.slidingWindow() <= most;
    int room = most - asked;
    String shorter =
        input.layout().frames() > 1 ? "ask about fewer pictures at once" : "shorten the question";
    throw new InputException(
        "Expected at most %d tokens for prompt, picture and answer together, %s, found %d; %s."
            .formatted(
                most,
                window
                    ? "since this model's sliding_window is not supported beyond its length"
                    : "the model's max_position_embeddings",
                asked + answer,
                room < 1
                    ? "the prompt alone has " + asked + ", so " + shorter
                    : "set length to at most " + room));
  }

  /** The request with layers and heads counted from 0. */
  private TraceRequest count(TraceRequest request) {
    if (!request.rows()) {
      return request;
    }
    return new TraceRequest(
        request.vision(),
        request.layers().of(network.config.decoder().numHiddenLayers(), "layers"),
        request.heads().of(network.config.decoder().numAttentionHeads(), "heads"),
        request.keepFirst(),
        request.promptRows(),
        request.keep(),
        request.logits());
  }

  private float[][] rows(PtNDArray matrix) {
    return matrix == null ? null : network.torch.rows(matrix);
  }
}
