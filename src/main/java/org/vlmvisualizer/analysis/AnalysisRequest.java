package org.vlmvisualizer.analysis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.LocalizationChoice;
import org.vlmvisualizer.attribution.OcclusionWindow;
import org.vlmvisualizer.attribution.Sinks;
import org.vlmvisualizer.core.Detail;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.PictureOptions;
import org.vlmvisualizer.core.VisionLayers;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.prompt.PromptEncoder;

/**
 * What is asked of a model. A further option is a component here, its word in {@link #of} and
 * {@link #words()}, and a parameter of the commands and of the command line.
 *
 * @param question about the picture, without template
 * @param method name of an attribution method
 * @param keep whether attention is kept per layer or head ({@link Analysis#kept})
 * @param template "auto" for the checkpoint's own, or a template's name
 * @param keepSystem whether the template's system text is kept; dropped, it soaks up no attention
 * @param tiles whether a model that looks at tiles of a picture, too, does so
 * @param detail how many image tokens a picture may have, of a model that sees it at its own size
 * @param interval from one time point of a video to the next
 * @param length tokens to generate at most
 * @param matrix whether {@link Analysis#matrix} is made
 * @param earlier the conversation about the same pictures that the question goes on with, oldest
 *     first; empty for a question of its own
 * @param localization which heads localization-heads reads
 * @param answer a text to make maps of; empty for the model's own answer
 * @param checks what tells how far to trust the maps
 * @param boxes whether {@link Analysis#boxes} are looked for in the answer
 */
public record AnalysisRequest(
    String question,
    String method,
    AttentionOptions options,
    Keep keep,
    String template,
    boolean keepSystem,
    Fit fit,
    boolean tiles,
    Detail detail,
    FrameInterval interval,
    int length,
    MatrixChoice matrix,
    List<Exchange> earlier,
    LocalizationChoice localization,
    String answer,
    Checks checks,
    boolean boxes) {

  /** Tokens that one answer may have at most. */
  public static final int MAX_LENGTH = 4096;

  private static final VisionLayers[] VISION = {VisionLayers.ALL, VisionLayers.SELECTED};
  private static final String DROP = "drop";
  private static final String KEEP = "keep";
  private static final String ON = "on";
  private static final String OFF = "off";
  private static final String NONE = "none";
  private static final String ROIS = "rois";

  /** A question that the model answers itself, with the usual detail, without checks or boxes. */
  public AnalysisRequest(
      String question,
      String method,
      AttentionOptions options,
      Keep keep,
      String template,
      boolean keepSystem,
      Fit fit,
      boolean tiles,
      int length,
      MatrixChoice matrix,
      List<Exchange> earlier) {
    this(
        question,
        method,
        options,
        keep,
        template,
        keepSystem,
        fit,
        tiles,
        Detail.STANDARD,
        FrameInterval.ASSUMED,
        length,
        matrix,
        earlier,
        LocalizationChoice.parse("token"),
        "",
        Checks.NONE,
        false);
  }

  /**
   * @throws InputException if the length is out of range, the method unknown, or attention to be
   *     kept of which that method makes no maps
   */
  public AnalysisRequest {
    if (length < 1 || length > MAX_LENGTH) {
      throw new InputException(
          "Expected a length of 1 to " + MAX_LENGTH + " tokens, found " + length + ".");
    }
    boolean readsKeptRows = AttributionMethods.of(method, options).readsKeptRows();
    if (keep != Keep.NOTHING && !readsKeptRows) {
      throw new InputException(
          "Expected keep=nothing with method %s, whose maps are not made of attention that could be kept, found keep=%s; choose method=localization-heads, language or vlm-visualizer."
              .formatted(method, keep));
    }
    earlier = List.copyOf(earlier);
  }

  /**
   * Reads the words that dialogs, macros and the command line share.
   *
   * @throws InputException if a word is not one of those expected
   */
  public static AnalysisRequest of(String question, Words words) {
    return new AnalysisRequest(
        question,
        words.of("method"),
        new AttentionOptions(
            IndexRange.parse("layers", words.of("layers")),
            IndexRange.parse("heads", words.of("heads")),
            words.isSecond("first", DROP, KEEP),
            words.choice("vision", VISION),
            words.choice("sinks", Sinks.values()),
            OcclusionWindow.parse(words.of("window")),
            List.of()),
        Keep.parse(words.of("keep")),
        words.of("template"),
        words.isSecond("system", DROP, KEEP),
        words.choice("fit", Fit.values()),
        !words.isSecond("tiles", ON, OFF),
        Detail.parse(words.of("detail")),
        FrameInterval.parse(words.of("interval")),
        words.number("length"),
        MatrixChoice.SHORT,
        List.of(),
        LocalizationChoice.parse(words.of("localization")),
        words.of("answer").strip(),
        Checks.of(words),
        words.isSecond("boxes", NONE, ROIS));
  }

  /** Another question with the same options. */
  public AnalysisRequest asking(String other) {
    return with(other, matrix, earlier, answer, interval);
  }

  /** The same question within a conversation. */
  public AnalysisRequest following(List<Exchange> conversation) {
    return with(matrix, conversation);
  }

  /** The same with or without the whole-sequence matrix. */
  public AnalysisRequest withMatrix(MatrixChoice wanted) {
    return with(wanted, earlier);
  }

  /** The same by another method, with nothing beside the maps; a given answer stays. */
  public AnalysisRequest by(String other) {
    return new AnalysisRequest(
        question,
        other,
        options,
        Keep.NOTHING,
        template,
        keepSystem,
        fit,
        tiles,
        detail,
        interval,
        length,
        MatrixChoice.NEVER,
        earlier,
        localization,
        answer,
        Checks.NONE,
        false);
  }

  /**
   * The same about a given answer.
   *
   * @param text empty for the model's own
   */
  public AnalysisRequest saying(String text) {
    return with(matrix, earlier, text, interval);
  }

  /** The same about a video that tells its interval itself, which counts unless one was given. */
  public AnalysisRequest over(FrameInterval own) {
    return with(matrix, earlier, answer, interval.isGiven() ? interval : own);
  }

  /**
   * @throws InputException if there is nothing in the question
   */
  public void requireQuestion() {
    PromptEncoder.requireQuestion(question);
  }

  /**
   * @throws InputException if it says how far time points are apart, and so is about a video
   */
  public void requireStills() {
    if (interval.isGiven()) {
      throw new InputException(
          "Expected interval=auto with a question that is not about the time points of one video, found interval=%s; ask about them with stack=frames-together, or name several pictures."
              .formatted(interval));
    }
  }

  private AnalysisRequest with(MatrixChoice wanted, List<Exchange> conversation) {
    return with(wanted, conversation, answer, interval);
  }

  private AnalysisRequest with(
      MatrixChoice wanted, List<Exchange> conversation, String text, FrameInterval time) {
    return with(question, wanted, conversation, text, time);
  }

  private AnalysisRequest with(
      String asked,
      MatrixChoice wanted,
      List<Exchange> conversation,
      String text,
      FrameInterval time) {
    return new AnalysisRequest(
        asked,
        method,
        options,
        keep,
        template,
        keepSystem,
        fit,
        tiles,
        detail,
        time,
        length,
        wanted,
        conversation,
        localization,
        text,
        checks,
        boxes);
  }

  /** How pictures are brought before the model. */
  public PictureOptions pictures() {
    return new PictureOptions(fit, tiles, detail, interval);
  }

  /** The options in the words of run.json, which are those of {@link #of}. */
  public Map<String, Object> words() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("method", method);
    all.put("vision", Words.word(options.vision()));
    all.put("layers", options.layers().toString());
    all.put("heads", options.heads().toString());
    all.put("first_token", options.keepFirst() ? KEEP : DROP);
    all.put("sinks", Words.word(options.sinks()));
    all.put("window", options.window().toString());
    all.put("localization", localization.toString());
    all.put("keep", keep.toString());
    all.put("template", template);
    all.put("system", keepSystem ? KEEP : DROP);
    all.put("fit", Words.word(fit));
    all.put("tiles", tiles ? ON : OFF);
    all.put("detail", detail.toString());
    all.put("interval", interval.toString());
    all.put("length", length);
    all.put("answer", answer);
    all.put("evidence", checks.evidenceWord());
    all.put("check", checks.checkWord());
    all.put("boxes", boxes ? ROIS : NONE);
    return all;
  }
}
