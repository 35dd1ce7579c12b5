package org.vlmvisualizer.roi;

import java.awt.geom.AffineTransform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vlmvisualizer.area.PatchOverlap;
import org.vlmvisualizer.area.Placements;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.area.RegionChance;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.WordMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.DataTable;
import org.vlmvisualizer.output.MapTable;
import org.vlmvisualizer.output.PartColumn;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.TokenText;
import org.vlmvisualizer.output.WholeFile;

/**
 * How much of each token's map, and of each word's, lies in each of some ROIs, and what chance
 * would give ({@link RegionAttention} and {@link RegionChance} have the formulas): per token, per
 * word, and the other way round, which tokens looked at a ROI most.
 *
 * <p>A ROI without area is not measured: NaN. One that lies outside what the model saw has the
 * share 0 and no enrichment.
 */
public final class RoiMeasures {
  public static final String PER_TOKEN_FILE = "roi-attention.csv";
  public static final String PER_WORD_FILE = "roi-words.csv";
  public static final String PER_ROI_FILE = "roi-tokens.csv";

  private static final int NAMED = 3;

  /**
   * @param column what its columns' names begin with
   * @param tokens null if the ROI has no area
   * @param words null if it has none, or the answer has no words
   */
  private record Measured(NamedRegion roi, String column, RoiFigures tokens, RoiFigures words) {
    boolean hasArea() {
      return tokens != null;
    }

    boolean isSeen() {
      return hasArea() && tokens.attention().areaShare() > 0;
    }
  }

  private final String picture;
  private final List<GeneratedToken> tokens;
  private final List<AnswerWord> words;
  private final List<Measured> rois;
  private final boolean chance;

  private RoiMeasures(
      AttentionResult result, List<AnswerWord> words, List<Measured> rois, boolean chance) {
    picture = result.source().title();
    tokens = result.maps().tokens();
    this.words = words;
    this.rois = rois;
    this.chance = chance;
  }

  /**
   * Measures ROIs on a result.
   *
   * @param chance whether they are compared with the same shapes at random places, which takes some
   *     tens of milliseconds each
   * @throws InputException if none of them has area in the part of the picture that the model saw
   */
  public static RoiMeasures of(
      AttentionResult result, List<NamedRegion> rois, boolean chance, Progress progress) {
    TokenMaps maps = result.maps();
    Optional<WordMaps> words = WordMaps.of(maps, result.rendering().pooling());
    AffineTransform toPicture =
        AffineTransform.getTranslateInstance(
            -result.source().originX(), -result.source().originY());
    double[] picture = PatchOverlap.ofPicture(maps.grid());
    List<String> columns = ColumnNames.of(rois.stream().map(NamedRegion::name).toList());
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < rois.size(); i++) {
      progress.update("Measuring ROIs", i, rois.size());
      NamedRegion roi = rois.get(i);
      if (roi.region() == null) {
        measured.add(new Measured(roi, columns.get(i), null, null));
        continue;
      }
      Region region = roi.region().transform(toPicture);
      double[] overlap = PatchOverlap.of(region, maps.grid());
      Placements placements = chance ? Placements.of(region, maps.grid()) : null;
      Function<TokenMaps, RoiFigures> of =
          some -> RoiFigures.of(overlap, picture, placements, some);
      RoiFigures ofWords = words.map(WordMaps::maps).map(of).orElse(null);
      measured.add(new Measured(roi, columns.get(i), of.apply(maps), ofWords));
    }
    RoiMeasures measures =
        new RoiMeasures(result, words.map(WordMaps::words).orElse(List.of()), measured, chance);
    measures.requireSeen(result);
    return measures;
  }

  private void requireSeen(AttentionResult result) {
    if (rois.stream().noneMatch(Measured::isSeen)) {
      throw new InputException(
          "Expected a ROI with area in what was asked about (%s: x %d, y %d, %d x %d), found none (%s)."
              .formatted(
                  TokenText.visible(result.source().title()),
                  result.source().originX(),
                  result.source().originY(),
                  result.maps().grid().sourceWidth(),
                  result.maps().grid().sourceHeight(),
                  unmeasured()));
    }
  }

  /** Names the ROIs that have no area, or none in what the model saw; empty if there are none. */
  public String unmeasured() {
    List<String> reasons = new ArrayList<>();
    addReason(reasons, "no area", rois.stream().filter(roi -> !roi.hasArea()).toList());
    addReason(
        reasons,
        "outside of it",
        rois.stream().filter(roi -> roi.hasArea() && !roi.isSeen()).toList());
    return String.join("; ", reasons);
  }

  private static void addReason(List<String> reasons, String reason, List<Measured> rois) {
    if (!rois.isEmpty()) {
      String names =
          rois.stream()
              .limit(NAMED)
              .map(roi -> TokenText.visible(roi.roi.name()))
              .collect(Collectors.joining(", "));
      int more = rois.size() - NAMED;
      reasons.add(reason + ": " + names + (more > 0 ? " and %d more".formatted(more) : ""));
    }
  }

  /**
   * One row per token: index (from 1), token, for each ROI {@code NAME_share} and {@code
   * NAME_enrichment}, the picture's title, and if they are compared with chance, for each ROI
   * {@code NAME_chance_low}, {@code NAME_chance_high} and {@code NAME_p}; of a model that thinks,
   * {@link PartColumn} last.
   */
  public DataTable perToken() {
    List<List<Object>> rows = new ArrayList<>();
    for (int t = 0; t < tokens.size(); t++) {
      rows.add(row(List.of(t + 1, tokens.get(t)), t, tokens.get(t), Measured::tokens));
    }
    return table(List.of("index", "token"), rows);
  }

  /**
   * One row per word: index (from 1), word, first_token and last_token (from 1), and the same
   * columns behind them.
   */
  public DataTable perWord() {
    List<List<Object>> rows = new ArrayList<>();
    for (int w = 0; w < words.size(); w++) {
      AnswerWord word = words.get(w);
      List<Object> first = List.of(w + 1, word.text(), word.first() + 1, word.last() + 1);
      rows.add(row(first, w, tokens.get(word.first()), Measured::words));
    }
    return table(List.of("index", "word", "first_token", "last_token"), rows);
  }

  private List<Object> row(
      List<Object> first, int map, GeneratedToken token, Function<Measured, RoiFigures> of) {
    List<Object> row = new ArrayList<>(first);
    for (Measured roi : rois) {
      row.addAll(cells(of.apply(roi), RoiFigures.SHARES, figures -> figures.shares(map)));
    }
    row.add(picture);
    for (Measured roi : chance ? rois : List.<Measured>of()) {
      row.addAll(cells(of.apply(roi), RoiFigures.CHANCE, figures -> figures.chance(map)));
    }
    if (thinks()) {
      row.add(PartColumn.of(token));
    }
    return row;
  }

  /** NaN for a ROI without area. */
  private static List<Double> cells(
      RoiFigures roi, List<String> names, Function<RoiFigures, List<Double>> cells) {
    return roi == null ? Collections.nCopies(names.size(), Double.NaN) : cells.apply(roi);
  }

  private DataTable table(List<String> first, List<List<Object>> rows) {
    List<String> columns = new ArrayList<>(first);
    addColumns(columns, RoiFigures.SHARES);
    columns.add(MapTable.PICTURE);
    if (chance) {
      addColumns(columns, RoiFigures.CHANCE);
    }
    if (thinks()) {
      columns.add(PartColumn.NAME);
    }
    return new DataTable(columns, rows);
  }

  private boolean thinks() {
    return tokens.get(0).thought() != null;
  }

  private void addColumns(List<String> columns, List<String> names) {
    rois.forEach(roi -> names.forEach(name -> columns.add(roi.column + "_" + name)));
  }

  /**
   * For each ROI with area its tokens by falling share: roi (its name), column (what its columns'
   * names begin with in {@link #perToken}), group, area_share, rank (from 1), index, token, and the
   * columns of {@link #perToken} without NAME. Tokens without a share come last.
   */
  public DataTable perRoi() {
    List<List<Object>> rows = new ArrayList<>();
    for (Measured roi : rois) {
      if (roi.hasArea()) {
        addRanking(rows, roi);
      }
    }
    List<String> columns =
        new ArrayList<>(List.of("roi", "column", "group", "area_share", "rank", "index", "token"));
    columns.addAll(RoiFigures.SHARES);
    columns.add(MapTable.PICTURE);
    if (chance) {
      columns.addAll(RoiFigures.CHANCE);
    }
    if (thinks()) {
      columns.add(PartColumn.NAME);
    }
    return new DataTable(columns, rows);
  }

  private void addRanking(List<List<Object>> rows, Measured roi) {
    RegionAttention attention = roi.tokens.attention();
    double[] shares = attention.shares();
    List<Integer> order =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble(t -> Double.isNaN(shares[t]) ? 1 : -shares[t]))
            .toList();
    for (int rank = 1; rank <= order.size(); rank++) {
      int t = order.get(rank - 1);
      List<Object> row =
          new ArrayList<>(
              List.of(
                  roi.roi.name(),
                  roi.column,
                  roi.roi.group(),
                  attention.areaShare(),
                  rank,
                  t + 1,
                  tokens.get(t)));
      row.addAll(roi.tokens.shares(t));
      row.add(picture);
      if (chance) {
        row.addAll(roi.tokens.chance(t));
      }
      if (thinks()) {
        row.add(PartColumn.of(tokens.get(t)));
      }
      rows.add(row);
    }
  }

  /**
   * Writes all tables as CSV into a folder, or nothing.
   *
   * @return the files
   * @throws InputException if the folder cannot be written
   */
  public List<Path> write(Path folder) {
    Map<String, AtomicFile.Writer> writers = new LinkedHashMap<>();
    writers.put(PER_TOKEN_FILE, file -> WholeFile.text(file, perToken().toCsv()));
    writers.put(PER_WORD_FILE, file -> WholeFile.text(file, perWord().toCsv()));
    writers.put(PER_ROI_FILE, file -> WholeFile.text(file, perRoi().toCsv()));
    return ResultFiles.write(folder, writers);
  }
}
