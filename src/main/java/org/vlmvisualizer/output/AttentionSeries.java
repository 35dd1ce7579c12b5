package org.vlmvisualizer.output;

import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.measure.Calibration;
import ij.measure.ResultsTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.ViewMaps;

/**
 * The answers to one question about several pictures, the slices or time points of one image as a
 * rule, as they come in: one hyperstack and one table of all.
 */
public final class AttentionSeries implements Answer {
  private static final AttentionShares NO_SHARES =
      new AttentionShares(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  private final SourceFrame source;
  private final boolean time;
  private final int frames;
  private final List<Answer> answers = new ArrayList<>();

  /**
   * What came of one picture.
   *
   * @param position slice or time point in its image, from 1; 0 of an image by itself
   * @param result null if there is none
   * @param error why there is no result, or empty
   */
  private record Answer(String picture, int position, AttentionResult result, String error) {
    String said() {
      if (result == null) {
        return error;
      }
      return result.answerLeftOut().isEmpty() ? result.answer().strip() : result.answerLeftOut();
    }

    Rows rows(Function<AttentionResult, MapTable> table) {
      return new Rows(this, result == null ? null : table.apply(result));
    }
  }

  /**
   * What a table of all tells of one picture.
   *
   * @param table null if there is no answer
   */
  private record Rows(Answer answer, MapTable table) {
    /** [rows] of the picture's own table; one without an answer. */
    List<List<Object>> cells(List<String> columns) {
      return table == null
          ? List.of(columns.stream().map(column -> none(column)).toList())
          : table.cells();
    }

    private static Object none(String column) {
      return List.of("token", "word").contains(column) ? "" : Double.NaN;
    }

    /** Cells of a row behind the error. */
    List<Object> last(int row) {
      AttentionShares shares = table == null ? NO_SHARES : table.rows().get(row).shares();
      double place = answer.position == 0 ? Double.NaN : answer.position;
      return List.of(shares.marker(), shares.picture(), place);
    }

    List<Object> evidence(int row) {
      return table == null
          ? EvidenceColumns.NONE
          : EvidenceColumns.of(table.rows().get(row).token());
    }

    String thought(int row) {
      return table == null ? "" : PartColumn.of(table.rows().get(row).token());
    }

    /** Of each view, by its column; none if the model saw the picture in one. */
    Map<String, ViewMaps> views() {
      return table == null ? Map.of() : table.viewColumns();
    }
  }

  /**
   * @param source what is common to all pictures
   * @param time whether they are time points, so that the frame interval is kept
   * @param frames how many pictures there will be
   */
  public AttentionSeries(SourceFrame source, boolean time, int frames) {
    this.source = source;
    this.time = time;
    this.frames = frames;
  }

  /**
   * Adds the next picture's answer; without its whole-sequence matrix and what was kept of layers
   * and heads, which would fill the memory.
   *
   * @param position slice or time point in its image, from 1; 0 of an image by itself
   * @throws InputException if a hyperstack of all pictures will not fit into memory
   */
  public void add(String picture, int position, AttentionResult result) {
    answers.add(new Answer(picture, position, result.light(), ""));
    requireMemory(result);
  }

  /** Adds the next picture's failure: its planes will be NaN. */
  public void fail(String picture, int position, String error) {
    answers.add(new Answer(picture, position, null, error));
  }

  /** Whether there is any answer to show. */
  public boolean isEmpty() {
    return results().isEmpty();
  }

  /** About each picture that has an answer, so far. */
  @Override
  public List<AttentionResult> results() {
    return answers.stream().filter(a -> a.result != null).map(Answer::result).toList();
  }

  /** Of all answers so far. */
  @Override
  public ImagePlus heatmaps(ImagePlus shown) {
    AttentionResult first = results().get(0);
    List<AttentionResult> all = answers.stream().map(Answer::result).toList();
    List<TokenMaps> maps = all.stream().map(a -> a == null ? null : a.maps()).toList();
    List<RgbPicture> pictures = all.stream().map(a -> a == null ? null : a.picture()).toList();
    ImagePlus heatmaps =
        HeatmapStack.of(
            maps, pictures, source, first.rendering(), info(first), ShownPlanes.of(shown));
    if (time) {
      Calibration calibration = heatmaps.getCalibration();
      calibration.frameInterval = source.calibration().frameInterval;
      calibration.setTimeUnit(source.calibration().getTimeUnit());
    }
    AttentionResult.mark(heatmaps, all.toArray(AttentionResult[]::new));
    return heatmaps;
  }

  /**
   * Writes heatmaps.tif, whole or not at all.
   *
   * @param heatmaps what {@link #heatmaps()} gave
   * @throws InputException if it cannot be written
   */
  @Override
  public List<Path> write(Path folder, ImagePlus heatmaps) {
    return ResultFiles.write(
        folder, Map.of(ResultFiles.HEATMAPS, file -> TiffFile.write(heatmaps, file)));
  }

  /**
   * One row per token of every picture: frame (from 1), picture, the columns of {@link TokenTable},
   * error; image_marker_attention; picture_attention, the share of all attention that fell on this
   * picture; position, its slice or time point in its image, from 1, or NaN; where the model saw a
   * picture in several views, the share of each view; those of {@link EvidenceColumns}, and of a
   * model that thinks {@link PartColumn}. A picture without answer has one row, with its error and
   * NaN.
   */
  public DataTable table() {
    return table(TokenRow.COLUMNS, AttentionResult::table);
  }

  /**
   * One row per word of every picture: as {@link #table}, with the columns of {@link WordTable}.
   */
  public DataTable words() {
    return table(WordTable.COLUMNS, AttentionResult::words);
  }

  private DataTable table(List<String> own, Function<AttentionResult, MapTable> table) {
    List<Rows> parts = answers.stream().map(answer -> answer.rows(table)).toList();
    List<String> columns = new ArrayList<>(List.of("frame", "picture"));
    columns.addAll(own);
    columns.addAll(List.of("error", MapTable.MARKERS, "picture_attention", "position"));
    List<String> views =
        parts.stream().flatMap(part -> part.views().keySet().stream()).distinct().toList();
    columns.addAll(views);
    columns.addAll(EvidenceColumns.NAMES);
    boolean thinks = results().stream().anyMatch(result -> result.maps().thinks());
    if (thinks) {
      columns.add(PartColumn.NAME);
    }
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Rows part = parts.get(i);
      List<List<Object>> cells = part.cells(own);
      Map<String, ViewMaps> seen = part.views();
      for (int r = 0; r < cells.size(); r++) {
        List<Object> row = new ArrayList<>(List.of(i + 1, part.answer.picture));
        row.addAll(cells.get(r));
        row.add(part.answer.error);
        row.addAll(part.last(r));
        for (String view : views) {
          row.add(seen.containsKey(view) ? seen.get(view).share(r) : Double.NaN);
        }
        row.addAll(part.evidence(r));
        if (thinks) {
          row.add(part.thought(r));
        }
        rows.add(row);
      }
    }
    return new DataTable(columns, rows);
  }

  @Override
  public ResultsTable resultsTable() {
    return table().toResultsTable();
  }

  @Override
  public ResultsTable wordsTable() {
    return words().toResultsTable();
  }

  /** What is common to all answers, and then the answers; of one answer, what the pictures are. */
  private String info(AttentionResult first) {
    JsonObject run = first.run().deepCopy();
    if (run.has(CommonAnswer.PICTURES)) {
      String names = answers.stream().map(Answer::picture).collect(Collectors.joining("; "));
      run.remove("picture");
      run.addProperty(CommonAnswer.PICTURES, names);
      return first.with(source, run).info();
    }
    List.of(
            "thoughts",
            "answer",
            "answer_left_out",
            AnswerRois.LEFT_OUT,
            "loaded",
            "seconds",
            "batch")
        .forEach(run::remove);
    String common = first.with(source, run).info();
    return answers.stream()
        .map(a -> a.picture + ": " + a.said())
        .map(line -> line.replace("\n", "\\n"))
        .collect(Collectors.joining("\n", common, "\n"));
  }

  /** Refuses as soon as it is known that all pictures' maps will not fit. */
  private void requireMemory(AttentionResult any) {
    boolean bare = any.rendering().upsampling() == Upsampling.NONE;
    int width = bare ? any.maps().grid().columns() : any.picture().width();
    int height = bare ? any.maps().grid().rows() : any.picture().height();
    int tokens = results().stream().mapToInt(r -> r.maps().size()).max().orElse(1);
    double plane = 4.0 * width * height;
    double pictures = (double) (frames - answers.size()) * any.picture().rgb().length;
    double needed =
        pictures + plane * frames * (tokens + (any.rendering().composite() ? 1.0 : 0.0));
    long available = JavaMemory.available((long) Math.min(needed, Long.MAX_VALUE));
    if (needed > available) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "Heatmaps of %d x %d pixels for %d pictures with %d tokens each need %.1f GB of memory"
                  + " and %.1f GB are available. Use upsampling=none, which keeps one pixel per"
                  + " patch, or choose fewer tokens, a smaller region or a part of the stack.",
              width,
              height,
              frames,
              tokens,
              needed / 1e9,
              available / 1e9));
    }
  }
}
