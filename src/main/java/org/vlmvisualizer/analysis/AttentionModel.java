package org.vlmvisualizer.analysis;

import java.awt.EventQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.vlmvisualizer.attribution.AttentionRows;
import org.vlmvisualizer.attribution.AttributionMethod;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.FolderState;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.network.LlavaNetwork;

/** A model that is loaded once and then asked any number of questions. Not thread-safe. */
public final class AttentionModel implements AutoCloseable {
  /** Smaller models are quantised faster than a cache is read. */
  private static final long CACHED_PARAMETERS = 100_000_000;

  private final LlavaNetwork network;
  private final FolderState files;
  private Model model;
  private double loadSeconds; // 0 once a question has told them

  private AttentionModel(Model model, LlavaNetwork network, FolderState files, double loadSeconds) {
    this.model = model;
    this.network = network;
    this.files = files;
    this.loadSeconds = loadSeconds;
  }

  /**
   * Begins what {@link #open} does first whatever the checkpoint, and returns at once. A failure is
   * left to it.
   *
   * @param device "auto", "cpu", "gpu" or "gpu:N"
   */
  public static void prepare(String device) {
    LlavaNetwork.prepare(device);
  }

  /**
   * Checks and loads a checkpoint.
   *
   * @param device "auto", "cpu", "gpu" or "gpu:N"
   * @throws org.vlmvisualizer.core.InputException if the checkpoint, the device or the precision
   *     cannot be used
   * @throws IllegalStateException on the event thread, which would stand still
   */
  public static AttentionModel open(
      Checkpoint checkpoint, String device, Precision precision, Progress progress) {
    requireOffEventThread();
    long start = System.nanoTime();
    Model model = Model.open(checkpoint);
    try {
      long mostTokens = model.pictures(PictureOptions.of(Fit.PAD)).mostTokens();
      FolderState files = FolderState.of(checkpoint.folders());
      Function<String, Path> quantisedFolder =
          model.weights().parameters() < CACHED_PARAMETERS
              ? null
              : what -> UserCache.folder("quantised").resolve(checkpoint.sha256() + "-" + what);
      LlavaNetwork network =
          LlavaNetwork.load(
              model.config(),
              model.weights(),
              mostTokens,
              device,
              precision,
              quantisedFolder,
              progress);
      return new AttentionModel(model, network, files, seconds(start));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Checks what a request needs of a checkpoint's small files. To be called before the weights are
   * loaded, which takes long.
   *
   * @throws org.vlmvisualizer.core.InputException if the request cannot be carried out
   */
  public static void check(Checkpoint checkpoint, AnalysisRequest request) {
    ModelFamily family = Families.of(checkpoint);
    Model.template(family, checkpoint, request.template());
    family.generation(checkpoint);
    family.pictures(checkpoint, request.pictures());
  }

  /**
   * Answers a question about a picture and tells where the model looked for each token.
   *
   * @throws org.vlmvisualizer.core.InputException if the request cannot be carried out
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   * @throws IllegalStateException on the event thread, which would stand still
   */
  public Analysis analyze(RgbPicture picture, AnalysisRequest request, Progress progress) {
    return analyze(List.of(picture), false, request, progress);
  }

  /**
   * Answers one question about several pictures or time points.
   *
   * @param timePoints whether they are those of one video; a model that takes no videos sees them
   *     as pictures
   * @throws org.vlmvisualizer.core.InputException if the request cannot be carried out
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   * @throws IllegalStateException on the event thread, which would stand still
   */
  public Analysis analyze(
      List<RgbPicture> pictures, boolean timePoints, AnalysisRequest request, Progress progress) {
    return analyze(pictures, timePoints, request, progress, null);
  }

  /**
   * The same, watched while the answer is written: then a cancel after the first token ends the
   * answer there, and it is returned as it is, not {@link Analysis#ended}.
   *
   * @param watch is given the answer so far with each token, on PyTorch's thread, and must return
   *     at once. What it is given makes the maps when it is asked, which must be on another thread
   *     and before this model is closed. Null for nobody
   * @throws org.vlmvisualizer.core.InputException as above
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels before the first
   *     token
   * @throws IllegalStateException as above
   */
  public Analysis analyze(
      List<RgbPicture> pictures,
      boolean timePoints,
      AnalysisRequest request,
      Progress progress,
      Consumer<Supplier<Analysis>> watch) {
    requireOffEventThread();
    long start = System.nanoTime();
    PictureProcessor processor = model.pictures(request.pictures());
    ModelInput input =
        timePoints && processor.takesVideos()
            ? processor.processVideo(pictures, progress)
            : processor.process(pictures, progress);
    requireKeepable(input.layout().views().size(), request);
    TokenSequence prompt =
        model
            .encoder()
            .encode(
                model.template(request.template()),
                input.texts(),
                request.question(),
                request.keepSystem(),
                request.earlier());
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("load", loadSeconds);
    loadSeconds = 0;
    seconds.put("preprocess", seconds(start));
    AttributionMethod method = AttributionMethods.of(request.method(), request.options());
    Trace trace =
        network
            .session(input, prompt)
            .generate(
                request.length(),
                model.generation(),
                model.encoder()::text,
                method
                    .request()
                    .keeping(request.keep())
                    .withPromptRows(request.matrix().records(prompt.length())),
                progress,
                watch == null ? null : tokens(watch, pictures, request, method, seconds));
    seconds.putAll(trace.seconds());
    return analysis(pictures, request, method, trace, seconds);
  }

  private Consumer<Trace> tokens(
      Consumer<Supplier<Analysis>> watch,
      List<RgbPicture> pictures,
      AnalysisRequest request,
      AttributionMethod method,
      Map<String, Double> seconds) {
    Map<String, Double> soFar = Map.copyOf(seconds);
    GrowingAnalysis growing =
        new GrowingAnalysis(
            trace -> analysis(pictures, request, method, trace, new LinkedHashMap<>(soFar)),
            this::text);
    return token -> {
      growing.add(token);
      watch.accept(growing);
    };
  }

  private Analysis analysis(
      List<RgbPicture> pictures,
      AnalysisRequest request,
      AttributionMethod method,
      Trace trace,
      Map<String, Double> seconds) {
    long start = System.nanoTime();
    AttentionRows attention = AttentionRows.of(trace, request.options().keepFirst());
    AttributionMap map = method.attribute(trace);
    List<TokenMaps> maps = new ArrayList<>();
    for (int frame = 0; frame < trace.layout().frames(); frame++) {
      maps.add(
          TokenMaps.of(map, trace.layout(), frame, trace.tokens(), attention.shares(trace, frame)));
    }
    float[][] matrix = attention.matrix(trace);
    String answer = text(trace.tokens());
    seconds.put("attribution", seconds(start));
    return new Analysis(
        request,
        pictures,
        trace.prompt(),
        maps,
        matrix,
        trace.kept(),
        answer,
        seconds,
        hasEnded(trace.tokens(), request),
        trace.reuse());
  }

  private String text(List<GeneratedToken> tokens) {
    return model.encoder().decode(tokens.stream().mapToInt(GeneratedToken::id).toArray());
  }

  private boolean hasEnded(List<GeneratedToken> tokens, AnalysisRequest request) {
    int last = tokens.get(tokens.size() - 1).id();
    return tokens.size() == request.length() || model.generation().eosIds().contains(last);
  }

  /**
   * Checks, before a model is loaded, whether attention can be kept.
   *
   * @param views of the pictures, at least one of each
   * @throws org.vlmvisualizer.core.InputException if it is to be kept and cannot be
   */
  public static void requireKeepable(int views, AnalysisRequest request) {
    if (request.keep() != Keep.NOTHING && views > 1) {
      throw new InputException(
          "Expected keep=nothing, since single layers can be kept of one picture in one view only, found keep=%s with %d views."
              .formatted(request.keep(), views));
    }
  }

  /** The folders that it was read from, in full. */
  public List<Path> folders() {
    return files.folders();
  }

  /** Whether loading a checkpoint would give the same model: the same folders, not edited since. */
  public boolean isOf(Checkpoint checkpoint) {
    List<Path> asked = FolderState.of(checkpoint.folders()).folders();
    return folders().get(0).equals(asked.get(0))
        && folders().containsAll(asked)
        && files.isCurrent();
  }

  /**
   * Lets questions from now on read small files through another opening of the same checkpoint,
   * which tells its name and looks for what it links to as the one who asks wants it.
   *
   * @param same the checkpoint that it was loaded from, unchanged since
   */
  public void use(Checkpoint same) {
    model =
        new Model(
            same,
            model.family(),
            model.config(),
            model.weights(),
            model.encoder(),
            model.generation());
  }

  /**
   * What it takes of the device's memory: its weights, by their number and precision, and what is
   * kept of the last question's pictures.
   */
  public long bytes() {
    return network.bytes() + network.pictureBytes();
  }

  /** The checkpoint that it was loaded from. */
  public Checkpoint checkpoint() {
    return model.checkpoint();
  }

  /** Where it runs: "cpu" or "gpu:N". */
  public String device() {
    return network.device();
  }

  /** Which PyTorch it runs in, on which device, and why there. */
  public EngineReport engine() {
    return network.engine();
  }

  /** What it computes in. */
  public Precision precision() {
    return network.precision();
  }

  /** Bytes on the device that are kept of the last question's pictures, for the next one. */
  public long pictureBytes() {
    return network.pictureBytes();
  }

  /** Drops them; the next question looks at its pictures anew. */
  public void forgetPictures() {
    network.forgetPictures();
  }

  /** Why it computes in that, one sentence. */
  public String precisionReason() {
    return network.precisionReason();
  }

  private static void requireOffEventThread() {
    if (EventQueue.isDispatchThread()) {
      throw new IllegalStateException("A model must be loaded and asked off the event thread.");
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    network.close();
    model.close();
  }
}
