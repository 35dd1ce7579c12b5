package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.Plot;
import ij.measure.ResultsTable;
import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.ViewMaps;

/**
 * One answer about one picture as people look at it: what images, plots, tables and windows are
 * made from, each when it is asked for. {@link #write} saves it, {@link SavedResult} reads it back.
 *
 * @param picture what was asked about
 * @param source where in which image that is
 * @param rendering how maps become an image
 * @param answer running text of the tokens that are no thoughts
 * @param sequence what the matrix's rows and columns look like, [N + T]
 * @param matrix [N + T, N + T] whole-sequence attention, or null if it was not kept
 * @param kept attention per layer and head, or null if the run kept none
 * @param run how the result came about, in the words of run.json
 */
public record AttentionResult(
    TokenMaps maps,
    RgbPicture picture,
    SourceFrame source,
    Rendering rendering,
    String answer,
    List<String> sequence,
    float[][] matrix,
    HeadAttention kept,
    JsonObject run)
    implements Answer {
  /** Name in run.json of the mark of an answer that was cancelled: the tokens until then. */
  public static final String CANCELLED = "cancelled";

  /** Name in run.json of why there are thoughts and no answer. */
  public static final String ANSWER_LEFT_OUT = "answer_left_out";

  private static final String EVIDENCE_LEFT_OUT = "evidence_left_out";
  private static final String WRITTEN = "written";
  private static final String THOUGHTS = "thoughts";
  private static final String PIXELS = AttentionResult.class.getName();
  private static final String FIGURE = PIXELS + ".figure";

  /**
   * @throws IllegalArgumentException if what was kept is of another answer
   */
  public AttentionResult {
    if (kept != null && kept.size() != maps.size()) {
      throw new IllegalArgumentException(
          "Expected kept attention of %d tokens, found %d.".formatted(maps.size(), kept.size()));
    }
  }

  /**
   * One slice per generated token; knows its result ({@link #of}). Where each view is wanted, the
   * first frame is of all views joined, and each view is a frame behind it.
   */
  @Override
  public ImagePlus heatmaps(ImagePlus shown) {
    ShownPlanes earlier = ShownPlanes.of(shown);
    if (!rendering.eachView() || maps.views().isEmpty()) {
      ImagePlus heatmaps =
          HeatmapStack.of(List.of(maps), List.of(picture), source, rendering, info(), earlier);
      SinkMarks.add(heatmaps, run, maps.grid(), rendering.upsampling() == Upsampling.NONE);
      mark(heatmaps, this);
      return heatmaps;
    }
    List<TokenMaps> frames = new ArrayList<>(List.of(maps));
    maps.views().forEach(view -> frames.add(maps.only(view)));
    List<RgbPicture> pictures = Collections.nCopies(frames.size(), picture);
    ImagePlus heatmaps =
        HeatmapStack.of(frames, pictures, source, rendering, info() + viewNames(), earlier);
    mark(heatmaps, frames.stream().map(this::with).toArray(AttentionResult[]::new));
    return heatmaps;
  }

  /** What the frames show where each view is a frame of its own. */
  private String viewNames() {
    return maps.views().stream()
        .map(view -> view.view().name())
        .collect(Collectors.joining(", ", "Frames: joined, ", "\n"));
  }

  /**
   * Lets an image know the results that its pixels are of, as maps or as the picture.
   *
   * @param frames [T] null where there is none
   */
  public static void mark(ImagePlus image, AttentionResult... frames) {
    image.setProperty(PIXELS, frames);
  }

  /**
   * Lets a figure know its result: a plot, a montage, a matrix, where places mean something else.
   */
  public static void markFigure(ImagePlus image, AttentionResult result) {
    image.setProperty(FIGURE, result);
  }

  /**
   * The result that an image's pixels are of: that of the displayed frame. Null if it is something
   * else, or if there is no answer about that frame.
   */
  public static AttentionResult of(ImagePlus image) {
    AttentionResult[] frames = frames(image);
    int frame = image.getT() - 1;
    return frame >= frames.length ? null : frames[frame];
  }

  /** The result that an image is a figure of, or null. */
  public static AttentionResult ofFigure(ImagePlus image) {
    return (AttentionResult) image.getProperty(FIGURE);
  }

  /** What an image's results are about, in any frame; empty if it shows none. */
  public static Optional<SourceFrame> sourceOf(ImagePlus image) {
    return Stream.concat(Stream.of(frames(image)), Stream.ofNullable(ofFigure(image)))
        .filter(Objects::nonNull)
        .map(AttentionResult::source)
        .findFirst();
  }

  /**
   * Whether an image has as many pixels as its results were made with: of pictures of several
   * sizes, as the largest.
   *
   * @param bare whether a pixel is a patch
   */
  public static boolean isWhole(ImagePlus image, boolean bare) {
    List<TokenMaps> maps =
        Stream.of(frames(image)).filter(Objects::nonNull).map(AttentionResult::maps).toList();
    Dimension size = HeatmapStack.size(maps, bare);
    return image.getWidth() == size.width && image.getHeight() == size.height;
  }

  /**
   * Lets heatmaps that have grown know what a longer stack of the same answers knows: results, Info
   * and the largest value.
   */
  public static void update(ImagePlus heatmaps, ImagePlus longer) {
    mark(heatmaps, frames(longer));
    heatmaps.setProperty("Info", longer.getInfoProperty());
    heatmaps.setCalibration(longer.getCalibration());
    MapScale.of(heatmaps).grow(MapScale.of(longer));
  }

  /** [T] null where there is none. */
  static AttentionResult[] frames(ImagePlus image) {
    Object frames = image.getProperty(PIXELS);
    return frames == null ? new AttentionResult[0] : (AttentionResult[]) frames;
  }

  /** The same without what takes most memory: the matrix, and what was kept of layers and heads. */
  AttentionResult light() {
    return new AttentionResult(maps, picture, source, rendering, answer, sequence, null, null, run);
  }

  /** The same without the matrix, which takes most memory and is shown once. */
  public AttentionResult withoutMatrix() {
    return new AttentionResult(maps, picture, source, rendering, answer, sequence, null, kept, run);
  }

  /** The same answer with another source and another account of how it came about. */
  AttentionResult with(SourceFrame newSource, JsonObject newRun) {
    return new AttentionResult(
        maps, picture, newSource, rendering, answer, sequence, matrix, kept, newRun);
  }

  /** The same with the picture, where it was not saved. */
  public AttentionResult with(RgbPicture found) {
    return new AttentionResult(maps, found, source, rendering, answer, sequence, matrix, kept, run);
  }

  /** Whether the picture's pixels are known: a saved result may be without. */
  public boolean hasPicture() {
    return picture.rgb().length > 0;
  }

  /**
   * @throws InputException if the picture's pixels are not known
   */
  public void requirePicture() {
    if (!hasPicture()) {
      throw new InputException(
          "Expected a saved result with its picture, found maps without it, as files=maps saves them. Open %s, select its window, and run VLM Token Explorer with the result's folder again."
              .formatted(source.title()));
    }
  }

  /** The maps with one pixel per patch, whatever the upsampling. */
  ImagePlus patches() {
    return HeatmapStack.of(maps, picture, source, rendering.bare(), info());
  }

  /** Of each view the maps with one pixel per cell, by the files' names; empty for one view. */
  Map<String, ImagePlus> viewPatches() {
    Map<String, ImagePlus> all = new LinkedHashMap<>();
    for (ViewMaps view : maps.views()) {
      ImagePlus image = HeatmapStack.of(maps.only(view), picture, source, rendering.bare(), info());
      all.put(ResultFiles.patches(view.view()), image);
    }
    return all;
  }

  /** The same with other maps, such as those of some layers; of the whole sequence, nothing. */
  public AttentionResult with(TokenMaps others) {
    return new AttentionResult(
        others, picture, source, rendering, answer, sequence, null, null, run);
  }

  /** The same with more known of its tokens. */
  public AttentionResult withTokens(List<GeneratedToken> tokens) {
    return new AttentionResult(
        maps.withTokens(tokens), picture, source, rendering, answer, sequence, matrix, kept, run);
  }

  @Override
  public List<AttentionResult> results() {
    return List.of(this);
  }

  /**
   * Whether another result is of the same answer, as it was when fewer or more tokens had been
   * written: a map that was made stays the same array.
   */
  public boolean isSameAnswer(AttentionResult other) {
    return maps.values(0) == other.maps.values(0);
  }

  /** Whether it is of the tokens until the user cancelled. */
  public boolean isCancelled() {
    return run.has(CANCELLED);
  }

  /** How much of the answer was written, like "12 of at most 64 tokens"; empty if it has ended. */
  public String written() {
    return statement(WRITTEN);
  }

  /** Running text of a model's thoughts; empty where it has none. */
  public String thoughts() {
    return statement(THOUGHTS);
  }

  /** Why the model has written thoughts and no answer, a sentence; empty otherwise. */
  public String answerLeftOut() {
    return statement(ANSWER_LEFT_OUT);
  }

  /** Why it is not known where tokens came from, though it was asked; empty otherwise. */
  public String evidenceLeftOut() {
    return statement(EVIDENCE_LEFT_OUT);
  }

  private String statement(String name) {
    return run.has(name) ? run.get(name).getAsString() : "";
  }

  /** Whether more tokens may come. */
  public boolean isGrowing() {
    return !written().isEmpty() && !isCancelled();
  }

  /** Whether it is still to be told where its tokens came from: once all of them are written. */
  public boolean awaitsEvidence() {
    JsonObject options = run.getAsJsonObject("options");
    return options.has("evidence")
        && options.get("evidence").getAsString().equals("on")
        && !maps.hasEvidence()
        && evidenceLeftOut().isEmpty();
  }

  /** How many tokens were asked for at most; 0 if that is not known. */
  public int length() {
    JsonObject options = run.getAsJsonObject("options");
    return options.has("length") ? options.get("length").getAsInt() : 0;
  }

  /** What was asked. */
  public String question() {
    return run.get("question").getAsString();
  }

  /** The folder of the model that was asked. */
  public String model() {
    return run.get("model").getAsString();
  }

  /** Whether attention to the first token of the prompt counts in the maps. */
  public boolean keepsFirst() {
    JsonObject options = run.getAsJsonObject("options");
    return options.has("first_token") && options.get("first_token").getAsString().equals("keep");
  }

  /** One row per generated token. */
  public TokenTable table() {
    return TokenTable.of(maps, source);
  }

  @Override
  public ResultsTable resultsTable() {
    return table().toResultsTable();
  }

  /** One row per word of the answer. */
  public WordTable words() {
    return WordTable.of(maps, source, rendering.pooling());
  }

  @Override
  public ResultsTable wordsTable() {
    return words().toResultsTable();
  }

  /** The image attention ratio over the tokens. */
  public Plot plot() {
    return RatioPlot.of(maps, source);
  }

  /** The picture under each token's map. */
  public BufferedImage montage() {
    return Montage.of(maps, picture, source, rendering);
  }

  /** The montage as an image that knows its result. */
  public ImagePlus montageImage() {
    ImagePlus image = new ImagePlus("Montage of Attention of " + source.title(), montage());
    markFigure(image, this);
    return image;
  }

  /** The attention between all tokens, knowing its result, or null if it was not kept. */
  public ImagePlus matrixImage() {
    if (matrix == null) {
      return null;
    }
    ImagePlus image = MatrixImage.of(matrix, sequence, source, rendering.colours(), info());
    markFigure(image, this);
    return image;
  }

  /** What was kept of each layer and head, by the names of the files; empty if nothing was. */
  Map<String, ImagePlus> keptImages() {
    return kept == null ? Map.of() : KeptImages.of(kept, maps, source, rendering.colours(), info());
  }

  /**
   * Writes everything into a folder, or nothing.
   *
   * @param heatmaps what {@link #heatmaps()} gave
   * @return the files, run.json last
   * @throws InputException if the folder cannot be written
   */
  @Override
  public List<Path> write(Path folder, ImagePlus heatmaps) {
    return ResultFiles.write(folder, this, heatmaps);
  }

  /**
   * Writes some files into a folder, or nothing.
   *
   * @throws InputException if the folder cannot be written
   */
  public void write(Path folder, SavedFiles files) {
    ResultFiles.write(folder, this, files);
  }

  /** How the result came about, one statement a line, for the Info of images. */
  String info() {
    JsonObject statements = run.deepCopy();
    statements.add("image", ResultJson.image(source, rendering));
    return statements.entrySet().stream()
        .filter(e -> !e.getValue().isJsonArray())
        .map(AttentionResult::statement)
        .collect(Collectors.joining("\n", "VLM Visualizer for Fiji\n", "\n"));
  }

  private static String statement(Map.Entry<String, JsonElement> entry) {
    JsonElement value = entry.getValue();
    String text = value.isJsonPrimitive() ? value.getAsString() : value.toString();
    return entry.getKey() + ": " + text.replace("\n", "\\n");
  }
}
