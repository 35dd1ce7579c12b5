package org.vlmvisualizer.ask;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.analysis.Provenance;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.shelf.AnswerTimes;
import org.vlmvisualizer.shelf.StageTimes;

/**
 * One question, for any number of pictures: the model is taken from its keeper when it is first
 * needed, and given back at the end.
 */
public final class Asker implements AutoCloseable {
  /** Stages that are not part of the answer's time. */
  private static final Set<String> BESIDE = Set.of("load", "evidence", "check");

  private final ModelKeeper keeper;
  private final Checkpoint checkpoint;
  private final RequestOptions options;
  private final Consumer<EngineReport> loaded;
  private AttentionModel model;
  private boolean failed;
  private boolean timed;

  /**
   * @param keeper has the model, or loads it
   * @param loaded told once the model is there
   */
  public Asker(
      ModelKeeper keeper,
      Checkpoint checkpoint,
      RequestOptions options,
      Consumer<EngineReport> loaded) {
    this.keeper = keeper;
    this.checkpoint = checkpoint;
    this.options = options;
    this.loaded = loaded;
  }

  /**
   * What a question will cost; the model is not loaded for it.
   *
   * @throws InputException if it cannot be asked
   */
  public ForetoldCost foretell(AskedSizes asked) {
    return ForetoldCost.of(keeper, checkpoint, options, asked);
  }

  /** Of the model that is asked. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /**
   * Loads the model, unless it is there already.
   *
   * @throws org.vlmvisualizer.core.InputException if the checkpoint, the device or the precision
   *     cannot be used, or the question not be asked of it
   */
  public void load(Progress progress) {
    if (model == null) {
      AttentionModel.check(checkpoint, options.request());
      model = keeper.lend(checkpoint, options, progress);
      loaded.accept(model.engine());
    }
  }

  /**
   * The model itself, loaded if it is not yet, for what an answer does not tell.
   *
   * @return to be used until this is closed
   * @throws org.vlmvisualizer.core.InputException as {@link #load}
   */
  public AttentionModel model(Progress progress) {
    load(progress);
    return model;
  }

  /** What is asked. */
  public AnalysisRequest request() {
    return options.request();
  }

  /** How answers become images. */
  public Rendering rendering() {
    return options.rendering();
  }

  /**
   * Asks about a picture.
   *
   * @throws org.vlmvisualizer.core.InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public AttentionResult ask(ImageInput input, Progress progress) {
    return ask(input, progress, null);
  }

  /**
   * Asks about a picture.
   *
   * @param question in place of the own one, with the same options; or empty
   * @throws org.vlmvisualizer.core.InputException as above
   */
  AttentionResult ask(ImageInput input, String question, Progress progress) {
    return question.isEmpty()
        ? ask(input, progress)
        : ask(options.request().asking(question), input, progress, null);
  }

  /**
   * The same, watched while the answer is written: then a cancel after the first token gives the
   * answer so far, whose run says that it was cancelled.
   *
   * @param watch as in {@link AttentionModel#analyze(List, boolean,
   *     org.vlmvisualizer.analysis.AnalysisRequest, Progress, Consumer)}
   * @throws org.vlmvisualizer.core.InputException as above
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels before the first
   *     token
   */
  public AttentionResult ask(
      ImageInput input, Progress progress, Consumer<Supplier<AttentionResult>> watch) {
    return ask(options.request(), input, progress, watch);
  }

  private AttentionResult ask(
      AnalysisRequest request,
      ImageInput input,
      Progress progress,
      Consumer<Supplier<AttentionResult>> watch) {
    request.requireStills();
    load(progress);
    Analysis analysis =
        analyze(
            request,
            List.of(input.picture()),
            false,
            progress,
            watch == null
                ? null
                : soFar -> watch.accept(() -> result(soFar.get(), 0, input.source())));
    time(analysis, analysis.foundLoaded() ? 0 : answering(analysis));
    AttentionResult result = result(analysis, 0, input.source());
    markCancelled(analysis, List.of(result));
    return result;
  }

  /**
   * Asks one question about several pictures.
   *
   * @param interval from one to the next, as they tell themselves, if they are the time points of
   *     one video, where the model takes videos; null if they are not
   * @param watch null for nobody
   * @return the answer as it is about each picture, in order; of time points that share a map,
   *     about the first. All with the whole-sequence matrix
   * @throws org.vlmvisualizer.core.InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  List<AttentionResult> ask(
      List<ImageInput> inputs,
      FrameInterval interval,
      Progress progress,
      Consumer<Supplier<List<AttentionResult>>> watch) {
    AttentionModel.requireKeepable(inputs.size(), options.request());
    AttentionModel.requireOneOfBoxes(inputs.size(), options.request());
    if (interval == null) {
      options.request().requireStills();
    }
    load(progress);
    List<RgbPicture> pictures = inputs.stream().map(ImageInput::picture).toList();
    Analysis analysis =
        analyze(
            interval == null ? options.request() : options.request().over(interval),
            pictures,
            interval != null,
            progress,
            watch == null ? null : soFar -> watch.accept(() -> results(soFar.get(), inputs)));
    time(analysis, 0);
    List<AttentionResult> results = results(analysis, inputs);
    markCancelled(analysis, results);
    return results;
  }

  /**
   * Maps of an answer that the model gave before, by the method that this asks with ({@link
   * RequestOptions#of(AttentionResult, String)}). What is known of its tokens stays; their maps are
   * unchecked.
   *
   * @throws org.vlmvisualizer.core.InputException if the method cannot make them, or the model
   *     changed
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public AttentionResult again(AttentionResult answer, Progress progress) {
    requireSameModel(answer);
    load(progress);
    List<GeneratedToken> tokens =
        answer.maps().tokens().stream().map(token -> token.checked(null)).toList();
    Analysis analysis =
        unlessFailed(
            () ->
                model.again(
                    List.of(answer.picture()), false, options.request(), ids(answer), progress));
    AttentionResult result = result(analysis, 0, answer.source());
    markCancelled(analysis, List.of(result));
    return result.with(result.maps().withTokens(tokens));
  }

  /**
   * Checks the map of one of an answer's tokens: two passes.
   *
   * @param token its number, from 0
   * @throws org.vlmvisualizer.core.InputException if the model changed
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public MapCheck check(AttentionResult answer, int token, Progress progress) {
    requireSameModel(answer);
    load(progress);
    return unlessFailed(
        () -> {
          AnswerProbe probe =
              model.probe(
                  List.of(answer.picture()), false, options.request(), ids(answer), progress);
          probe.update("Checking the map", 0, 2);
          return Faithfulness.of(List.of(answer.maps()), token, probe);
        });
  }

  private void requireSameModel(AttentionResult answer) {
    String asked = answer.run().get("model_sha256").getAsString();
    if (!asked.equals(checkpoint.sha256())) {
      throw new InputException(
          "Expected the model that gave the answer, but the files of %s have changed since; ask the question again."
              .formatted(checkpoint.folder()));
    }
  }

  private static int[] ids(AttentionResult answer) {
    return GeneratedToken.ids(answer.maps().tokens());
  }

  private static void markCancelled(Analysis analysis, List<AttentionResult> results) {
    if (!analysis.ended()) {
      results.forEach(result -> result.run().addProperty(AttentionResult.CANCELLED, true));
    }
  }

  private List<AttentionResult> results(Analysis analysis, List<ImageInput> inputs) {
    List<AttentionResult> results = new ArrayList<>();
    for (int frame = 0; frame < analysis.maps().size(); frame++) {
      int shown = analysis.shown().get(frame);
      results.add(result(analysis, frame, inputs.get(shown).source()));
    }
    return results;
  }

  /** What ends it unforeseen may have left the model in any state; the next question loads anew. */
  private Analysis analyze(
      AnalysisRequest request,
      List<RgbPicture> pictures,
      boolean timePoints,
      Progress progress,
      Consumer<Supplier<Analysis>> watch) {
    return unlessFailed(() -> model.analyze(pictures, timePoints, request, progress, watch));
  }

  private <T> T unlessFailed(Supplier<T> use) {
    try {
      return use.get();
    } catch (InputException | CancellationException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      failed = true;
      throw e;
    }
  }

  /**
   * Everything that can be shown of one picture or time point of an analysis.
   *
   * @param source where that picture is
   */
  private AttentionResult result(Analysis analysis, int frame, SourceFrame source) {
    JsonObject run = new Gson().toJsonTree(Provenance.of(model, analysis, frame)).getAsJsonObject();
    if (analysis.boxes() != null) {
      AnswerRois.put(run, analysis.boxes(), source);
    }
    List<String> sequence = new ArrayList<>(analysis.prompt().tokens());
    analysis.tokens().forEach(token -> sequence.add(token.text()));
    return new AttentionResult(
        analysis.maps().get(frame),
        analysis.picture(frame),
        source,
        options.rendering(),
        analysis.answer(),
        sequence,
        analysis.matrix(),
        analysis.kept(),
        run);
  }

  private static double answering(Analysis analysis) {
    return analysis.seconds().entrySet().stream()
        .filter(stage -> !BESIDE.contains(stage.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /**
   * Remembers how long a question's first answer took.
   *
   * @param seconds for the list of models: of the first answer since the model was loaded, else 0
   */
  private void time(Analysis analysis, double seconds) {
    if (analysis.ended() && !timed) {
      timed = true;
      AnswerTimes.ofThisUser()
          .record(
              checkpoint.folder(),
              model.device(),
              model.precision().toString(),
              seconds,
              stages(analysis));
    }
  }

  /**
   * @return null if not all of the prompt was read, or one token was written only
   */
  private static StageTimes stages(Analysis analysis) {
    Map<String, Double> seconds = analysis.seconds();
    int steps = analysis.tokens().size() - 1;
    if (analysis.reuse().tower() || analysis.reuse().promptTokens() > 0 || steps < 1) {
      return null;
    }
    return new StageTimes(
        analysis.prompt().imagePositions().length,
        analysis.prompt().length(),
        seconds.get("load"),
        seconds.get("preprocess") + seconds.get("vision"),
        seconds.get("prefill"),
        seconds.get("decode") / steps);
  }

  /** All that an answer depends on beside the picture: the same text, the same answer. */
  public JsonObject identity() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("model_sha256", checkpoint.sha256());
    all.put("precision", options.precision().name().toLowerCase(Locale.ROOT));
    all.put("question", options.request().question());
    all.put("options", options.request().words());
    all.putAll(options.rendering().words());
    all.put("vlm_visualizer", Provenance.version());
    return new Gson().toJsonTree(all).getAsJsonObject();
  }

  @Override
  public void close() {
    if (model != null) {
      keeper.giveBack(!failed);
      model = null;
    }
  }
}
