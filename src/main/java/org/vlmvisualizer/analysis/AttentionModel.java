package org.vlmvisualizer.analysis;

import java.awt.EventQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttentionRows;
import org.vlmvisualizer.attribution.AttributionMethod;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.boxes.BoxFormat;
import org.vlmvisualizer.boxes.SeenPicture;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.FolderState;
import org.vlmvisualizer.core.AnswerBoxes;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.ConnectorConfig;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.HeadMap;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Scores;
import org.vlmvisualizer.core.Thoughts;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.Model;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.image.PictureProcessor;
import org.vlmvisualizer.network.LlavaNetwork;
import org.vlmvisualizer.network.MemoryNeed;
import org.vlmvisualizer.network.Session;
import org.vlmvisualizer.prompt.PromptTemplate;

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
    requireCells(family.config(checkpoint), request);
    Model.template(family, checkpoint, request.template());
    family.generation(checkpoint);
    requireTold(family.pictures(checkpoint, request.pictures()), request);
    if (request.boxes() && family.boxes(checkpoint) == BoxFormat.NONE) {
      throw new InputException(
          "Expected boxes=none with a model of whose family no format of boxes is known, found boxes=rois with model_type %s; choose a Qwen2-VL, Qwen2.5-VL, Qwen3-VL or InternVL3 model."
              .formatted(checkpoint.config().text("model_type", "")));
    }
  }

  /**
   * @throws InputException if the request says how far time points are apart, and the model is not
   *     told
   */
  private static void requireTold(PictureProcessor processor, AnalysisRequest request) {
    if (request.interval().isGiven() && !processor.knowsTime()) {
      throw new InputException(
          "Expected interval=auto, since this model is not told the time between frames, found interval=%s; choose a Qwen2.5-VL or Qwen3-VL model to tell it."
              .formatted(request.interval()));
    }
  }

  /**
   * The memory that a checkpoint takes on a CPU, told before it is loaded: bytes at the peak, of
   * each precision that could be taken, the best first.
   *
   * @param wanted the only one, or AUTO
   * @throws org.vlmvisualizer.core.InputException if the checkpoint cannot be used, or not in that
   *     precision
   */
  public static Map<Precision, Long> memoryNeed(Checkpoint checkpoint, Precision wanted) {
    try (Model model = Model.open(checkpoint)) {
      long mostTokens = model.pictures(PictureOptions.of(Fit.PAD)).mostTokens();
      return MemoryNeed.ofPrecisions(model.config(), model.weights(), mostTokens, wanted);
    }
  }

  /**
   * Where the image tokens of a question would lie, by a checkpoint's small files.
   *
   * @param pictures their sizes are all that is read
   * @param timePoints as in {@link #analyze(List, boolean, AnalysisRequest, Progress)}
   * @throws org.vlmvisualizer.core.InputException if the request cannot be carried out
   */
  public static Layout layout(
      Checkpoint checkpoint,
      List<RgbPicture> pictures,
      boolean timePoints,
      AnalysisRequest request) {
    PictureProcessor processor = Families.of(checkpoint).pictures(checkpoint, request.pictures());
    boolean video = isVideo(timePoints, processor, request);
    return (video ? processor.layVideo(pictures) : processor.lay(pictures)).layout();
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
    Question question = question(pictures, timePoints, request, progress);
    int[] given = request.answer().isEmpty() ? null : given(question.input, request);
    Session session = network.session(question.input, question.prompt);
    return analyze(question, session, given, start, watch);
  }

  /**
   * Makes maps of an answer that the model gave before, by another method or other options of it.
   *
   * @param answer the ids of its tokens, at least one
   * @throws org.vlmvisualizer.core.InputException as above
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   * @throws IllegalStateException as above
   */
  public Analysis again(
      List<RgbPicture> pictures,
      boolean timePoints,
      AnalysisRequest request,
      int[] answer,
      Progress progress) {
    requireOffEventThread();
    long start = System.nanoTime();
    Question question = question(pictures, timePoints, request, progress);
    Session session = network.session(question.input, question.prompt);
    return analyze(question, session, answer, start, null);
  }

  /**
   * Asks about an answer that the model gave before.
   *
   * @param answer the ids of its tokens, at least one
   * @return to be used on one thread, while this model is open and not asked otherwise
   * @throws org.vlmvisualizer.core.InputException as above
   */
  public AnswerProbe probe(
      List<RgbPicture> pictures,
      boolean timePoints,
      AnalysisRequest request,
      int[] answer,
      Progress progress) {
    requireOffEventThread();
    Question question = question(pictures, timePoints, request, progress);
    return question.probe(answer, question.method().request());
  }

  /**
   * A question as it is put to the network.
   *
   * @param capped whether a picture has fewer image tokens than the checkpoint would give it
   * @param interval that the model is told; null if none
   */
  private record Question(
      AttentionModel model,
      List<RgbPicture> pictures,
      AnalysisRequest request,
      PictureProcessor processor,
      Function<List<RgbPicture>, ModelInput> inputs,
      Function<String, TokenSequence> prompts,
      ModelInput input,
      TokenSequence prompt,
      boolean capped,
      FrameInterval interval,
      Progress progress) {

    /** The same about other pictures of the same sizes. */
    Question about(List<RgbPicture> others, AnalysisRequest asked) {
      ModelInput seen = inputs.apply(others);
      return new Question(
          model, others, asked, processor, inputs, prompts, seen, prompt, capped, interval,
          progress);
    }

    AttributionMethod method() {
      return AttributionMethods.of(request.method(), model.options(request));
    }

    /**
     * @param recorded what was recorded of the answer
     */
    ModelProbe probe(int[] answer, TraceRequest recorded) {
      return new ModelProbe(
          model.network, pictures, inputs, prompts, input, prompt, answer, recorded, progress);
    }
  }

  /**
   * @throws InputException if it is none, and the request says how far time points are apart
   */
  private static boolean isVideo(
      boolean timePoints, PictureProcessor processor, AnalysisRequest request) {
    requireTold(processor, request);
    boolean video = timePoints && processor.takesVideos();
    if (!video) {
      request.requireStills();
    }
    return video;
  }

  private Question question(
      List<RgbPicture> pictures, boolean timePoints, AnalysisRequest request, Progress progress) {
    requireCells(model.config(), request);
    PictureProcessor processor = model.pictures(request.pictures());
    model.encoder().requireThoughts(model.template(request.template()));
    boolean video = isVideo(timePoints, processor, request);
    Function<List<RgbPicture>, ModelInput> inputs =
        video
            ? some -> processor.processVideo(some, progress)
            : some -> processor.process(some, progress);
    requireOneOfBoxes(pictures.size(), request);
    ModelInput input = inputs.apply(pictures);
    requireKeepable(input.layout().views().size(), request);
    Function<String, TokenSequence> prompts = text -> prompt(input, text, request);
    return new Question(
        this,
        pictures,
        request,
        processor,
        inputs,
        prompts,
        input,
        prompts.apply(request.question()),
        processor.isCapped(pictures, video),
        video && processor.knowsTime() ? request.interval() : null,
        progress);
  }

  /**
   * @param given the answer's ids, or null for the model's own
   */
  private Analysis analyze(
      Question question,
      Session session,
      int[] given,
      long start,
      Consumer<Supplier<Analysis>> watch) {
    AnalysisRequest request = question.request;
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("load", loadSeconds);
    loadSeconds = 0;
    seconds.put("preprocess", seconds(start));
    AttributionMethod method = question.method();
    TraceRequest recorded =
        method
            .request()
            .keeping(request.keep())
            .withPromptRows(request.matrix().records(question.prompt.length()));
    Trace trace =
        (given == null ? session : session.saying(given))
            .generate(
                request.length(),
                model.generation(),
                model.encoder()::text,
                recorded,
                question.progress,
                watch == null || !method.growsWithAnswer()
                    ? null
                    : tokens(watch, question.pictures, request, method, seconds));
    trace = marked(trace, thoughts(request));
    seconds.putAll(trace.seconds());
    ModelProbe probe = question.probe(trace.ids(), recorded);
    Map<String, Object> notes = new LinkedHashMap<>();
    if (question.capped) {
      notes.put("image_tokens_limited", true);
    }
    if (question.interval != null) {
      notes.put(
          "frame_interval",
          Map.of("seconds", question.interval.seconds(), "from", question.interval.from()));
    }
    if (trace.sinks() != null) {
      notes.put("sinks", SinkPlaces.of(trace));
    }
    if (hasThoughtsAlone(trace.tokens(), request)) {
      notes.put("answer_left_out", whyNoAnswer(trace.tokens(), request));
    }
    boolean kept = watch != null; // a cancel from here on leaves out what it stops, not the answer
    if (request.checks().evidence()) {
      int[] colour = question.processor.meanColour();
      trace = withEvidence(trace, probe, colour, seconds, notes, kept);
    }
    Analysis analysis = analysis(question.pictures, request, method, trace, probe, seconds, notes);
    if (request.boxes()) {
      analysis = analysis.with(boxes(question.input, trace.tokens()));
    }
    return withChecks(analysis, question, probe, kept);
  }

  /** What the answer itself names: in thoughts before it, a model may count in other units. */
  private AnswerBoxes boxes(ModelInput input, List<GeneratedToken> tokens) {
    List<GeneratedToken> own = tokens.stream().filter(token -> !token.isThought()).toList();
    String answer = model.encoder().decodeAll(GeneratedToken.ids(own));
    return model.family().boxes(checkpoint()).read(answer, SeenPicture.of(input));
  }

  private AttentionOptions options(AnalysisRequest request) {
    List<HeadMap.Head> heads =
        request.localization().stored()
            ? StoredHeads.read(checkpoint().sha256())
            : request.localization().heads();
    return request.options().locating(heads);
  }

  private TokenSequence prompt(ModelInput input, String question, AnalysisRequest request) {
    return model
        .encoder()
        .encode(
            model.template(request.template()),
            input.texts(),
            question,
            request.keepSystem(),
            request.earlier(),
            request.answer());
  }

  /** The ids of the answer that a request gives. */
  private int[] given(ModelInput input, AnalysisRequest request) {
    int[] ids =
        model
            .encoder()
            .answer(
                model.template(request.template()),
                input.texts(),
                request.question(),
                request.keepSystem(),
                request.earlier(),
                request.answer());
    if (ids.length > AnalysisRequest.MAX_LENGTH) {
      throw new InputException(
          "Expected an answer of at most %d tokens, found %d; shorten it."
              .formatted(AnalysisRequest.MAX_LENGTH, ids.length));
    }
    return ids;
  }

  /** What tells thoughts from the answer behind a prompt; null where the template has none. */
  private Thoughts thoughts(AnalysisRequest request) {
    PromptTemplate template = model.template(request.template());
    return template.thinks() ? new Thoughts(template.opensThoughts(request.answer())) : null;
  }

  private static Trace marked(Trace trace, Thoughts thoughts) {
    return thoughts == null
        ? trace
        : trace.withTokens(trace.tokens().stream().map(thoughts::mark).toList());
  }

  /** Whether a model that has ended, or was to write no more, has given no answer of its own. */
  private boolean hasThoughtsAlone(List<GeneratedToken> tokens, AnalysisRequest request) {
    return tokens.get(0).isThought()
        && request.answer().isEmpty()
        && text(tokens).isEmpty()
        && hasEnded(tokens, request);
  }

  private String whyNoAnswer(List<GeneratedToken> tokens, AnalysisRequest request) {
    if (model.generation().eosIds().contains(tokens.get(tokens.size() - 1).id())) {
      return "No answer: the model ended with its thoughts.";
    }
    boolean isMost = request.length() == AnalysisRequest.MAX_LENGTH;
    return "No answer: the thoughts came up to length=%d; %s."
        .formatted(request.length(), isMost ? "ask a simpler question" : "set it higher");
  }

  /** The same once each token's probability without the pictures is known. */
  private static Trace withEvidence(
      Trace trace,
      ModelProbe probe,
      int[] colour,
      Map<String, Double> seconds,
      Map<String, Object> notes,
      boolean kept) {
    long start = System.nanoTime();
    try {
      Scores scores = probe.withoutPictures(colour);
      double[] without = scores.probabilities();
      List<GeneratedToken> tokens = new ArrayList<>();
      for (int t = 0; t < without.length; t++) {
        tokens.add(trace.tokens().get(t).withoutImage(without[t]));
      }
      seconds.put("evidence", seconds(start));
      notes.put("plain_picture_reused", scores.reuse().promptTokens() > 0);
      return trace.withTokens(tokens);
    } catch (InputException e) {
      notes.put("evidence_left_out", e.getMessage()); // too little memory for a second picture
      return trace;
    } catch (CancellationException e) {
      if (!kept) {
        throw e;
      }
      notes.put("evidence_left_out", "cancelled");
      return trace;
    }
  }

  /** The same once the maps of content tokens were checked, or those until a cancel. */
  private Analysis withChecks(
      Analysis analysis, Question question, ModelProbe probe, boolean kept) {
    Checks checks = analysis.request().checks();
    if (!checks.map() && !checks.stability()) {
      return analysis;
    }
    long start = System.nanoTime();
    List<GeneratedToken> tokens = new ArrayList<>(analysis.tokens());
    List<AnswerWord> words = AnswerWord.of(tokens);
    int[] content =
        IntStream.range(0, tokens.size()).filter(t -> AnswerWord.at(t, words) != null).toArray();
    Map<String, Object> notes = new LinkedHashMap<>(analysis.notes());
    if (content.length == 0) {
      notes.put("check_left_out", "the answer has no words");
      return analysis.with(tokens, notes);
    }
    try {
      if (checks.stability()) {
        checkStability(analysis, question, probe, content, tokens);
      }
      for (int i = 0; checks.map() && i < content.length; i++) {
        probe.update("Checking maps", i, content.length);
        int t = content[i];
        tokens.set(t, tokens.get(t).checked(Faithfulness.of(analysis.maps(), t, probe)));
      }
    } catch (CancellationException e) {
      if (!kept) {
        throw e;
      }
      notes.put("check_left_out", "cancelled");
    }
    analysis.seconds().put("check", seconds(start));
    return analysis.with(tokens, notes);
  }

  private void checkStability(
      Analysis analysis,
      Question question,
      ModelProbe probe,
      int[] content,
      List<GeneratedToken> tokens) {
    int[] ids = GeneratedToken.ids(tokens);
    AnalysisRequest plain = question.request.by(question.request.method());
    probe.update("Looking at moved pictures", 0, 1);
    StabilityCheck check =
        new StabilityCheck(
            analysis.pictures(),
            analysis.maps(),
            probe::map,
            moved -> aside(moved, question, plain, ids).maps());
    for (int t : content) {
      tokens.set(t, tokens.get(t).stable(check.of(t)));
    }
  }

  /** The maps of an answer about other pictures; those of the question stay ready. */
  private Analysis aside(
      List<RgbPicture> pictures, Question question, AnalysisRequest request, int[] ids) {
    Question other = question.about(pictures, request);
    return analyze(
        other, network.sessionAside(other.input, other.prompt), ids, System.nanoTime(), null);
  }

  private Consumer<Trace> tokens(
      Consumer<Supplier<Analysis>> watch,
      List<RgbPicture> pictures,
      AnalysisRequest request,
      AttributionMethod method,
      Map<String, Double> seconds) {
    Map<String, Double> soFar = Map.copyOf(seconds);
    Thoughts thoughts = thoughts(request);
    GrowingAnalysis growing =
        new GrowingAnalysis(
            trace ->
                analysis(
                    pictures,
                    request,
                    method,
                    marked(trace, thoughts),
                    null,
                    new LinkedHashMap<>(soFar),
                    Map.of()),
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
      AnswerProbe probe,
      Map<String, Double> seconds,
      Map<String, Object> notes) {
    long start = System.nanoTime();
    List<TokenMaps> maps = method.maps(trace, probe);
    float[][] matrix = AttentionRows.of(trace, request.options().keepFirst()).matrix(trace);
    String answer = text(trace.tokens());
    seconds.put("attribution", seconds(start));
    Layout layout = trace.layout();
    return new Analysis(
        request,
        pictures,
        IntStream.range(0, layout.frames()).mapToObj(layout::picture).toList(),
        trace.prompt(),
        maps,
        matrix,
        trace.kept(),
        answer,
        seconds,
        hasEnded(trace.tokens(), request),
        trace.reuse(),
        heads(trace),
        notes,
        null);
  }

  private static List<List<HeadMap.Head>> heads(Trace trace) {
    return trace.headMaps() == null
        ? List.of()
        : Stream.of(trace.headMaps()).map(made -> List.of(made.heads())).toList();
  }

  /** Running text of an answer, without thoughts. */
  private String text(List<GeneratedToken> tokens) {
    return decoded(tokens.stream().filter(token -> !token.isThought()));
  }

  /** Running text of the thoughts; null of a model that has none. */
  String thoughts(List<GeneratedToken> tokens) {
    return tokens.get(0).thought() == null
        ? null
        : decoded(tokens.stream().filter(t -> t.isThought() && !t.text().equals(Thoughts.END)));
  }

  private String decoded(Stream<GeneratedToken> tokens) {
    return model.encoder().decode(GeneratedToken.ids(tokens.toList()));
  }

  private boolean hasEnded(List<GeneratedToken> tokens, AnalysisRequest request) {
    int last = tokens.get(tokens.size() - 1).id();
    return !request.answer().isEmpty()
        || tokens.size() == request.length()
        || model.generation().eosIds().contains(last);
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

  /**
   * Checks, before a model is loaded, whether boxes in its answer would be of a picture.
   *
   * @param pictures of one question
   * @throws org.vlmvisualizer.core.InputException if they are asked for and could be of any
   */
  public static void requireOneOfBoxes(int pictures, AnalysisRequest request) {
    if (request.boxes() && pictures > 1) {
      throw new InputException(
          "Expected boxes=none with several pictures in one question, since a box in an answer does not tell which picture it lies in, found boxes=rois with %d; ask about each by itself."
              .formatted(pictures));
    }
  }

  /**
   * Checks whether a method can do with image tokens that are learned queries.
   *
   * @throws org.vlmvisualizer.core.InputException if it needs their cells
   */
  private static void requireCells(ModelConfig config, AnalysisRequest request) {
    if (!(config.connector() instanceof ConnectorConfig.Resampler)) {
      return;
    }
    String none = "since the image tokens of this model have no place of their own in the picture";
    if (AttributionMethods.of(request.method(), request.options()).needsCells()) {
      throw new InputException(
          "Expected another method, %s, found method=%s; choose vlm-visualizer, language or occlusion."
              .formatted(none, request.method()));
    }
    if (request.options().sinks() != Sinks.KEEP) {
      throw new InputException(
          "Expected sinks=keep, %s, found sinks=%s."
              .formatted(none, Words.word(request.options().sinks())));
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
