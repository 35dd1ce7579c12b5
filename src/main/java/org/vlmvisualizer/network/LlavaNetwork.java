package org.vlmvisualizer.network;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.GpuAttempt;
import org.vlmvisualizer.engine.LoadingMark;
import org.vlmvisualizer.engine.NativeHeap;
import org.vlmvisualizer.engine.OutOfMemory;
import org.vlmvisualizer.engine.Precision;

/**
 * A LLaVA model with its weights on a device: vision tower, projector, decoder. Not thread-safe.
 */
public final class LlavaNetwork implements AutoCloseable {
  private final Torch torch;
  private final ModelConfig config;
  private final PrecisionChoice choice;
  private final EngineReport engine;
  private final VisionTower tower;
  private final Connector connector;
  private final Decoder decoder;

  private LlavaNetwork(
      Torch torch,
      ModelConfig config,
      PrecisionChoice choice,
      WeightLoader loader,
      EngineReport engine,
      Progress progress) {
    this.torch = torch;
    this.config = config;
    this.choice = choice;
    this.engine = engine;
    tower = new VisionTower(torch, config, loader, progress);
    connector = new Connector(torch, config, loader);
    decoder = new Decoder(torch, config.decoder(), loader, choice.precision(), progress);
  }

  /**
   * Loads all weights. With device auto, a GPU that cannot take them is passed over for the CPU.
   *
   * @param device "auto", "cpu", "gpu", "gpu:N" or "mps"
   * @param quantisedFolder the folder where quantised weights are kept, given what they are, such
   *     as "int4"; null keeps none. Asked only if they are quantised
   * @throws InputException if the device or the precision cannot be had
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels; nothing stays
   *     loaded
   */
  public static LlavaNetwork load(
      ModelConfig config,
      Weights weights,
      String device,
      Precision precision,
      Function<String, Path> quantisedFolder,
      Progress progress) {
    return EngineThread.call(
        () ->
            GpuAttempt.load(
                DeviceChoice.of(device),
                LoadingMark.folder(),
                place -> loadOn(place, config, weights, precision, quantisedFolder, progress)));
  }

  private static LlavaNetwork loadOn(
      DeviceChoice place,
      ModelConfig config,
      Weights weights,
      Precision precision,
      Function<String, Path> quantisedFolder,
      Progress progress) {
    Torch torch = Torch.on(place.device());
    QuantisedCache cache = null;
    try {
      torch.probe();
      PrecisionChoice choice = PrecisionChoice.of(precision, config, weights, torch);
      if (choice.precision().isQuantised() && quantisedFolder != null) {
        cache = new QuantisedCache(quantisedFolder.apply(stored(choice, torch)));
      }
      WeightLoader loader = new WeightLoader(torch, weights, choice.precision(), cache);
      EngineReport engine = EngineReport.of(place);
      LlavaNetwork network = new LlavaNetwork(torch, config, choice, loader, engine, progress);
      if (cache != null) {
        cache.finish();
      }
      return network;
    } catch (RuntimeException | Error e) {
      torch.close();
      throw e;
    } finally {
      if (cache != null) {
        cache.close();
      }
    }
  }

  /** What a cache of quantised weights holds: int4 has layouts, by device and by processor. */
  private static String stored(PrecisionChoice choice, Torch torch) {
    if (!choice.precision().isInt4()) {
      return choice.precision().toString();
    }
    String layout = torch.isOnCpu() ? "blocks-" + 2 * torch.int4HalfBlock() : "groups";
    return choice.precision() + "-" + layout;
  }

  /** Where it runs, for a reader: "cpu", "gpu:0" or "mps". */
  public String device() {
    return DeviceChoice.name(torch.device());
  }

  /** Which PyTorch it runs in, on which device, and why there. */
  public EngineReport engine() {
    return engine;
  }

  /** What it computes in; never AUTO. */
  public Precision precision() {
    return choice.precision();
  }

  /** Why it computes in that, one sentence. */
  public String precisionReason() {
    return choice.reason();
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
   * @throws InputException if the answer could be too long for the model, or what is kept of it for
   *     memory, or if the device's memory runs out
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public Trace generate(
      ModelInput picture,
      TokenSequence prompt,
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest request,
      Progress progress) {
    requireRoom(config.decoder(), prompt.length(), maxNewTokens);
    TraceRequest counted = count(request);
    KeptMemory.require(counted, maxNewTokens, prompt.recordedPositions().length);
    return EngineThread.call(
        () -> run(picture, prompt, maxNewTokens, generation, texts, counted, progress));
  }

  private Trace run(
      ModelInput picture,
      TokenSequence prompt,
      int maxNewTokens,
      Generation generation,
      IntFunction<String> texts,
      TraceRequest counted,
      Progress progress) {
    int longest = prompt.length() + maxNewTokens;
    try (PtNDManager run = (PtNDManager) torch.manager().newSubManager();
        Decoder.Sequence sequence = decoder.begin(run, longest, counted)) {
      LogitsProcessor processor =
          generation.isPlain() ? null : new LogitsProcessor(generation, prompt);
      Recorder recorder = new Recorder(torch, counted, prompt, picture.layout(), texts, processor);
      VisionTower.Output seen = see(run, picture, counted.vision(), progress);
      int n = prompt.length();
      PtNDArray promptTotal = counted.promptRows() ? torch.zeros(run, n, n) : null;
      recorder.lap("vision");
      Decoder.Step step =
          sequence.prefill(run, prompt, connected(run, picture, seen), promptTotal, progress);
      int id = recorder.add(step);
      recorder.lap("prefill");
      for (int t = 1; t < maxNewTokens && !generation.eosIds().contains(id); t++) {
        progress.update("Writing the answer", t, maxNewTokens);
        Decoder.Step next = sequence.decode(run, id);
        step.close();
        step = next;
        id = recorder.add(step);
      }
      recorder.lap("decode");
      return recorder.trace(
          rows(promptTotal, n, counted), rows(seen.attention(), config.vision().numPatches()));
    } catch (EngineException e) {
      throw OutOfMemory.explained(e, device(), longest);
    }
  }

  private static void requireRoom(DecoderConfig decoder, int prompt, int answer) {
    int most = decoder.maxPositionEmbeddings();
    if (prompt + answer <= most) {
      return;
    }
    boolean window = decoder.slidingWindow() <= most;
    int room = most - prompt;
    throw new InputException(
        "Expected at most %d tokens for prompt, picture and answer together, %s, found %d; %s."
            .formatted(
                most,
                window
                    ? "since this model's sliding_window is not supported beyond its length"
                    : "the model's max_position_embeddings",
                prompt + answer,
                room < 1
                    ? "the prompt alone has " + prompt + ", so shorten the question"
                    : "set length to at most " + room));
  }

  /** Features [P, D of the tower] and projected features [P, D of the decoder], for the tests. */
  float[][] features(ModelInput picture) {
    try (PtNDManager run = (PtNDManager) torch.manager().newSubManager()) {
      VisionTower.Output seen = see(run, picture, VisionLayers.NONE, Progress.NONE);
      return new float[][] {
        torch.floats(seen.features()), torch.floats(connected(run, picture, seen))
      };
    }
  }

  private VisionTower.Output see(
      PtNDManager run, ModelInput picture, VisionLayers recorded, Progress progress) {
    return tower.run(run, picture.pixelValues(), recorded, progress);
  }

  /** Features of the image tokens, [K, D of the decoder]. */
  private PtNDArray connected(PtNDManager run, ModelInput picture, VisionTower.Output seen) {
    return connector.run(run, seen.features(), picture.layout().spread());
  }

  /** The request with layers and heads counted from 0. */
  private TraceRequest count(TraceRequest request) {
    if (!request.rows()) {
      return request;
    }
    return new TraceRequest(
        request.vision(),
        request.layers().of(config.decoder().numHiddenLayers(), "layers"),
        request.heads().of(config.decoder().numAttentionHeads(), "heads"),
        request.keepFirst(),
        request.promptRows(),
        request.keep(),
        request.logits());
  }

  private float[][] rows(PtNDArray total, int n, TraceRequest request) {
    return total == null ? null : rows((PtNDArray) total.div(request.layers().size()), n);
  }

  /** The rows of a matrix, each with so many columns. */
  private float[][] rows(PtNDArray matrix, int columns) {
    if (matrix == null) {
      return null;
    }
    float[] values = torch.floats(matrix);
    float[][] rows = new float[values.length / columns][columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, i * columns, rows[i], 0, columns);
    }
    return rows;
  }

  @Override
  public void close() {
    torch.close();
    NativeHeap.trim();
  }
}
