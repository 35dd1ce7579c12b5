package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.vlmvisualizer.output.DataTable;

/** The figures of a comparison as tables. */
public final class ComparisonTable {
  private static final Map<String, ToDoubleFunction<TokenScore>> FIGURES = new LinkedHashMap<>();

  static {
    FIGURES.put("pointing_centre", TokenScore::centre);
    FIGURES.put("pointing_overlap", TokenScore::overlap);
    FIGURES.put("energy", TokenScore::energy);
    FIGURES.put("energy_over_area", score -> score.energy() / score.area());
    FIGURES.put("faithfulness", TokenScore::faithfulness);
    FIGURES.put("deletion", TokenScore::deletion);
    FIGURES.put("insertion", TokenScore::insertion);
    FIGURES.put("insertion_minus_deletion", score -> score.insertion() - score.deletion());
  }

  private ComparisonTable() {}

  /**
   * A row per method: of each figure the mean over tokens and its interval, how many tokens were
   * measured and have ties, the median seconds a picture, and what refused it.
   */
  public static DataTable summary(List<PictureScores> pictures) {
    List<String> columns = new ArrayList<>(List.of("method", "pictures", "tokens"));
    for (String figure : FIGURES.keySet()) {
      columns.addAll(List.of(figure, figure + "_low", figure + "_high"));
    }
    columns.addAll(List.of("ties", "seconds", "refused"));
    List<List<Object>> rows = new ArrayList<>();
    for (String method : methods(pictures)) {
      rows.add(row(method, pictures));
    }
    return new DataTable(columns, rows);
  }

  private static List<String> methods(List<PictureScores> pictures) {
    return pictures.stream()
        .flatMap(picture -> picture.methods().stream())
        .map(MethodScores::method)
        .distinct()
        .toList();
  }

  private static List<Object> row(String method, List<PictureScores> pictures) {
    List<MethodScores> own =
        pictures.stream()
            .flatMap(picture -> picture.methods().stream())
            .filter(scores -> scores.method().equals(method))
            .toList();
    List<List<TokenScore>> tokens = own.stream().map(MethodScores::tokens).toList();
    List<Object> cells = new ArrayList<>();
    cells.add(method);
    cells.add((int) own.stream().filter(scores -> scores.refused() == null).count());
    cells.add(tokens.stream().mapToInt(List::size).sum());
    for (ToDoubleFunction<TokenScore> figure : FIGURES.values()) {
      Summary summary = Summary.of(tokens, figure);
      cells.addAll(List.of(summary.mean(), summary.low(), summary.high()));
    }
    cells.add((int) tokens.stream().flatMap(List::stream).filter(t -> t.ties() > 1).count());
    cells.add(median(own));
    cells.add(
        own.stream()
            .map(MethodScores::refused)
            .filter(reason -> reason != null)
            .findFirst()
            .orElse(""));
    return cells;
  }

  private static double median(List<MethodScores> scores) {
    double[] sorted =
        scores.stream()
            .mapToDouble(MethodScores::seconds)
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return sorted.length == 0
        ? Double.NaN
        : DoubleStream.of(sorted[(sorted.length - 1) / 2], sorted[sorted.length / 2])
            .average()
            .getAsDouble();
  }

  /** A row per picture, method and token. */
  public static DataTable tokens(List<PictureScores> pictures) {
    List<String> columns = new ArrayList<>(List.of("picture", "method", "index", "token"));
    columns.addAll(FIGURES.keySet());
    columns.add("ties");
    List<List<Object>> rows = new ArrayList<>();
    for (PictureScores picture : pictures) {
      for (MethodScores method : picture.methods()) {
        for (TokenScore score : method.tokens()) {
          List<Object> cells = new ArrayList<>();
          cells.addAll(
              List.of(picture.picture(), method.method(), score.token() + 1, score.text()));
          FIGURES.values().forEach(figure -> cells.add(figure.applyAsDouble(score)));
          cells.add(score.ties());
          rows.add(cells);
        }
      }
    }
    return new DataTable(columns, rows);
  }
}
