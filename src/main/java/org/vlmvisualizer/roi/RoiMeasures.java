package org.vlmvisualizer.roi;

import java.awt.geom.AffineTransform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vlmvisualizer.area.PatchOverlap;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.DataTable;
import org.vlmvisualizer.output.MapTable;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.TokenText;
import org.vlmvisualizer.output.WholeFile;

/**
 * How much of each token's map lies in each of some ROIs ({@link RegionAttention} has the
 * formulas): per token, and the other way round, which tokens looked at a ROI most.
 *
 * <p>A ROI without area is not measured: NaN. One that lies outside what the model saw has the
 * share 0 and no enrichment.
 */
public final class RoiMeasures {
  public static final String PER_TOKEN_FILE = "roi-attention.csv";
  public static final String PER_ROI_FILE = "roi-tokens.csv";

  private static final int NAMED = 3;

  /**
   * @param column what its columns' names begin with
   * @param attention null if the ROI has no area
   */
  private record Measured(NamedRegion roi, String column, RegionAttention attention) {
    boolean hasArea() {
      return attention != null;
    }

    boolean isSeen() {
      return hasArea() && attention.areaShare() > 0;
    }
  }

  private final String picture;
  private final List<GeneratedToken> tokens;
  private final List<Measured> rois;

  private RoiMeasures(String picture, List<GeneratedToken> tokens, List<Measured> rois) {
    this.picture = picture;
    this.tokens = tokens;
    this.rois = rois;
  }

  /**
   * Measures ROIs on a result.
   *
   * @throws InputException if none of them has area in the part of the picture that the model saw
   */
  public static RoiMeasures of(AttentionResult result, List<NamedRegion> rois) {
    TokenMaps maps = result.maps();
    AffineTransform toPicture =
        AffineTransform.getTranslateInstance(
            -result.source().originX(), -result.source().originY());
    double[] picture = PatchOverlap.ofPicture(maps.grid());
    List<String> columns = ColumnNames.of(rois.stream().map(NamedRegion::name).toList());
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < rois.size(); i++) {
      NamedRegion roi = rois.get(i);
      RegionAttention attention = null;
      if (roi.region() != null) {
        double[] overlap = PatchOverlap.of(roi.region().transform(toPicture), maps.grid());
        attention = RegionAttention.of(overlap, picture, maps);
      }
      measured.add(new Measured(roi, columns.get(i), attention));
    }
    RoiMeasures measures = new RoiMeasures(result.source().title(), maps.tokens(), measured);
    if (measured.stream().noneMatch(Measured::isSeen)) {
      throw new InputException(
          "Expected a ROI with area in what was asked about (%s: x %d, y %d, %d x %d), found none (%s)."
              .formatted(
                  TokenText.visible(result.source().title()),
                  result.source().originX(),
                  result.source().originY(),
                  maps.grid().sourceWidth(),
                  maps.grid().sourceHeight(),
                  measures.unmeasured()));
    }
    return measures;
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
   * One row per token: index (from 1), token, and for each ROI {@code NAME_share} and {@code
   * NAME_enrichment}; last the picture's title.
   */
  public DataTable perToken() {
    List<String> columns = new ArrayList<>(List.of("index", "token"));
    for (Measured roi : rois) {
      columns.add(roi.column + "_share");
      columns.add(roi.column + "_enrichment");
    }
    List<List<Object>> rows = new ArrayList<>();
    for (int t = 0; t < tokens.size(); t++) {
      List<Object> row = new ArrayList<>(List.of(t + 1, tokens.get(t)));
      for (Measured roi : rois) {
        row.add(roi.hasArea() ? roi.attention.shares()[t] : Double.NaN);
        row.add(roi.hasArea() ? roi.attention.enrichment(t) : Double.NaN);
      }
      rows.add(row);
    }
    return new DataTable(columns, rows).with(MapTable.PICTURE, picture);
  }

  /**
   * For each ROI with area its tokens by falling share: roi (its name), column (what its columns'
   * names begin with in {@link #perToken}), group, area_share, rank (from 1), index, token, share,
   * enrichment, picture (its title). Tokens without a share come last.
   */
  public DataTable perRoi() {
    List<List<Object>> rows = new ArrayList<>();
    for (Measured roi : rois) {
      if (roi.hasArea()) {
        addRanking(rows, roi);
      }
    }
    return new DataTable(
            List.of(
                "roi",
                "column",
                "group",
                "area_share",
                "rank",
                "index",
                "token",
                "share",
                "enrichment"),
            rows)
        .with(MapTable.PICTURE, picture);
  }

  private void addRanking(List<List<Object>> rows, Measured roi) {
    double[] shares = roi.attention.shares();
    List<Integer> order =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble(t -> Double.isNaN(shares[t]) ? 1 : -shares[t]))
            .toList();
    for (int rank = 1; rank <= order.size(); rank++) {
      int t = order.get(rank - 1);
      rows.add(
          List.of(
              roi.roi.name(),
              roi.column,
              roi.roi.group(),
              roi.attention.areaShare(),
              rank,
              t + 1,
              tokens.get(t),
              shares[t],
              roi.attention.enrichment(t)));
    }
  }

  /**
   * Writes both tables as CSV into a folder, or nothing.
   *
   * @return the files
   * @throws InputException if the folder cannot be written
   */
  public List<Path> write(Path folder) {
    Map<String, AtomicFile.Writer> writers = new LinkedHashMap<>();
    writers.put(PER_TOKEN_FILE, file -> WholeFile.text(file, perToken().toCsv()));
    writers.put(PER_ROI_FILE, file -> WholeFile.text(file, perRoi().toCsv()));
    return ResultFiles.write(folder, writers);
  }
}
