package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.GpuAttempt;
import org.vlmvisualizer.engine.LoadingMark;
import org.vlmvisualizer.engine.NativeHeap;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.SystemMemory;

/** A model with its weights on a device: vision tower, connector, decoder. Not thread-safe. */
public final class LlavaNetwork implements AutoCloseable {
  private static final AtomicBoolean PREPARED = new AtomicBoolean();

  final Torch torch;
  final ModelConfig config;
  private final PrecisionChoice choice;
  private final EngineReport engine;
  private final long bytes;
  final VisionTower tower;
  final Connector connector;
  final Decoder decoder;
  private Prefix prefix; // null if nothing is kept of a picture
  private Prefix plain; // the same of plain pictures
  private String nothingKept = "no question was asked before";

  private LlavaNetwork(
      Torch torch,
      ModelConfig config,
      PrecisionChoice choice,
      WeightLoader loader,
      EngineReport engine,
      long bytes,
      Progress progress) {
    this.torch = torch;
    this.config = config;
    this.choice = choice;
    this.engine = engine;
    this.bytes = bytes;
    tower = new VisionTower(torch, config, loader, progress);
    connector = new Connector(torch, config, loader);
    decoder = new Decoder(torch, config.decoder(), loader, choice.precision(), progress);
  }

  /**
   * Begins what the first load does whatever the model, and returns at once: starts PyTorch, loads
   * this plugin's module on the CPU. A failure is left to {@link #load}, which does the same again.
   *
   * @param device as in {@link #load}
   */
  public static void prepare(String device) {
    if (PREPARED.compareAndSet(false, true)) {
      EngineThread.begin(() -> Torch.ahead(DeviceChoice.of(device).device()));
    }
  }

  /**
   * Loads all weights. With device auto, a GPU that cannot take them is passed over for the CPU.
   *
   * @param imageTokens what one picture makes in a prompt at most; more may be asked about
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
      long imageTokens,
      String device,
      Precision precision,
      Function<String, Path> quantisedFolder,
      Progress progress) {
    Function<DeviceChoice, LlavaNetwork> loader =
        place -> loadOn(place, config, weights, imageTokens, precision, quantisedFolder, progress);
    return EngineThread.call(
        () -> GpuAttempt.load(DeviceChoice.of(device), LoadingMark.folder(), loader));
  }

  private static LlavaNetwork loadOn(
      DeviceChoice place,
      ModelConfig config,
      Weights weights,
      long imageTokens,
      Precision precision,
      Function<String, Path> quantisedFolder,
      Progress progress) {
    Torch torch = Torch.on(place.device());
    QuantisedCache cache = null;
    try {
      torch.probe();
      PrecisionChoice choice = PrecisionChoice.of(precision, config, weights, imageTokens, torch);
      if (choice.precision().isQuantised() && quantisedFolder != null) {
        cache = new QuantisedCache(quantisedFolder.apply(stored(choice, torch)));
      }
      WeightLoader loader = new WeightLoader(torch, weights, choice.precision(), cache);
      EngineReport engine = EngineReport.of(place);
      double bytes =
          MemoryNeed.weightBytes(config, weights, choice.precision(), torch.rowKernel() != null);
      LlavaNetwork network =
          new LlavaNetwork(torch, config, choice, loader, engine, (long) bytes, progress);
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
    boolean blocks = torch.isOnCpu() && torch.rowKernel() == null;
    String layout = blocks ? "blocks-" + 2 * torch.int4HalfBlock() : "groups";
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

  /** What its weights take of the device's memory, by their number and precision. */
  public long bytes() {
    return bytes;
  }

  /**
   * One question about some pictures. What of it was computed for the last question, if that was
   * about the same pictures, is taken from there ({@link Trace#reuse}).
   */
  public Session session(ModelInput input, TokenSequence prompt) {
    return new Session(this, input, prompt, Session.Place.PICTURES, null);
  }

  /**
   * One question in between, about other pictures, such as the same question about an empty one:
   * the pictures of {@link #session} stay ready for the next question. Nothing is reused, the
   * prompt's text ahead of the pictures neither: read by itself, it would be other products, for a
   * few rows.
   */
  public Session sessionAside(ModelInput input, TokenSequence prompt) {
    return new Session(this, input, prompt, Session.Place.NOWHERE, null);
  }

  /**
   * One question about plain pictures, of which the same is kept as of the pictures of {@link
   * #session}, beside them: the next question is compared with the same plain pictures.
   */
  public Session plainSession(ModelInput input, TokenSequence prompt) {
    return new Session(this, input, prompt, Session.Place.PLAIN, null);
  }

  /** The features of image tokens of some pictures; nothing of them is kept. */
  PtNDArray features(PtNDManager owner, ModelInput input, Progress progress) {
    try (PtNDManager run = (PtNDManager) owner.newSubManager()) {
      VisionTower.Output seen = tower.run(run, input.crops(), VisionLayers.NONE, progress);
      PtNDArray features = connector.run(run, seen, input.layout().spread()).image();
      features.attach(owner);
      return features;
    }
  }

  /** Attention sinks of all layers by other bars than the paper's, [L, K]. */
  boolean[][] sinks(ModelInput input, TokenSequence prompt, double threshold, int firstLayer) {
    try (PtNDManager run = (PtNDManager) torch.manager().newSubManager()) {
      IndexRange layers = new IndexRange(0, config.decoder().numHiddenLayers() - 1);
      TokenSequence placed = Session.placed(config, input, prompt);
      return new SinkFinder(this, placed, threshold, firstLayer)
          .find(run, features(run, input, Progress.NONE), layers, Progress.NONE);
    }
  }

  /** What is kept of these plain pictures, or a place for it. */
  Prefix plainPrefix(ModelInput input) {
    byte[] picture = Prefix.checksum(input);
    if (plain == null || !plain.isOf(picture)) {
      forgetPlain();
      plain = new Prefix(this, picture, "no plain picture of this shape was read before");
    }
    return plain;
  }

  private void forgetPlain() {
    if (plain != null) {
      plain.close();
      plain = null;
    }
  }

  /** What is kept of these pictures, or a place for it; that of others is dropped. */
  Prefix prefix(ModelInput input) {
    byte[] picture = Prefix.checksum(input);
    if (prefix == null || !prefix.isOf(picture)) {
      if (prefix != null) {
        prefix.close();
        nothingKept = "the last question was about other pictures, or saw them otherwise";
      }
      prefix = new Prefix(this, picture, nothingKept);
    }
    return prefix;
  }

  /** A place for pictures that are not kept. */
  Prefix prefixAside() {
    return new Prefix(this, new byte[0], "a question aside");
  }

  /** Ends a run: what is kept of its pictures may take no more than what is free then. */
  void settle() {
    if (prefix != null) {
      prefix.trim();
    }
    if (plain != null) {
      plain.trim();
    }
    if (torch.isOnCpu() && pictureBytes() > SystemMemory.available()) {
      forget("memory was short");
      NativeHeap.trim();
    }
  }

  /**
   * @param reason a clause for the next question
   */
  void forget(String reason) {
    if (prefix != null) {
      prefix.close();
      prefix = null;
    }
    forgetPlain();
    nothingKept = reason;
  }

  /** Drops what is kept of the last question's pictures. */
  public void forgetPictures() {
    EngineThread.call(
        () -> {
          forget("what was kept of the pictures had been dropped");
          NativeHeap.trim();
          return null;
        });
  }

  /** Bytes on the device that are kept of the last question's pictures. */
  public long pictureBytes() {
    return (prefix == null ? 0 : prefix.bytes()) + (plain == null ? 0 : plain.bytes());
  }

  @Override
  public void close() {
    EngineThread.call(
        () -> {
          forget("");
          torch.close();
          return null;
        });
    NativeHeap.trim();
  }
}
