package org.vlmvisualizer.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.compare.ComparedPicture;
import org.vlmvisualizer.compare.Target;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * Whether F tells displaced maps from right ones: {@code DisplacedMaps MODEL METHOD FOLDER}, a
 * folder of pictures with ROIs beside them. A displaced map is moved by half the grid along both
 * axes, around its edges. Prints the AUROC of F, and how often F is below 0.
 */
public final class DisplacedMaps {
  private DisplacedMaps() {}

  public static void main(String[] arguments) {
    List<Double> right = new ArrayList<>();
    List<Double> displaced = new ArrayList<>();
    try (AttentionModel model =
        AttentionModel.open(
            Checkpoint.find(arguments[0]), "auto", Precision.FLOAT32, Progress.NONE)) {
      AnalysisRequest request = Defaults.request("What is in the image?", arguments[1], 64);
      for (ComparedPicture compared : ComparedPicture.inFolder(Path.of(arguments[2]))) {
        ImageInput input = compared.picture().content().apply(Progress.NONE).input();
        Analysis analysis = model.analyze(input.picture(), request, Progress.NONE);
        int[] ids = analysis.tokens().stream().mapToInt(GeneratedToken::id).toArray();
        AnswerProbe probe =
            model.probe(List.of(input.picture()), false, request, ids, Progress.NONE);
        List<TokenMaps> maps = analysis.maps();
        List<TokenMaps> moved = List.of(moved(maps.get(0)));
        for (Target target : Target.of(analysis.tokens(), compared.regions().apply(input))) {
          if (target.region() != null) {
            right.add(Faithfulness.of(maps, target.token(), probe).faithfulness());
            displaced.add(Faithfulness.of(moved, target.token(), probe).faithfulness());
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s on %s: AUROC %.3f, %d tokens; F < 0: %.3f of right, %.3f of displaced maps%n",
        arguments[1],
        arguments[2],
        auroc(right, displaced),
        right.size(),
        below(right),
        below(displaced));
  }

  private static TokenMaps moved(TokenMaps maps) {
    Grid grid = maps.grid();
    float[][] values = new float[maps.size()][grid.size()];
    for (int t = 0; t < values.length; t++) {
      for (int cell = 0; cell < grid.size(); cell++) {
        int x = (cell % grid.columns() + grid.columns() / 2) % grid.columns();
        int y = (cell / grid.columns() + grid.rows() / 2) % grid.rows();
        values[t][y * grid.columns() + x] = maps.values(t)[cell];
      }
    }
    return new TokenMaps(maps.map().with(values), grid, maps.tokens(), maps.shares());
  }

  /** How often a right map has the higher F; equals count half. */
  private static double auroc(List<Double> right, List<Double> displaced) {
    double higher = 0;
    for (double r : right) {
      for (double d : displaced) {
        higher += r > d ? 1 : r == d ? 0.5 : 0;
      }
    }
    return higher / right.size() / displaced.size();
  }

  private static double below(List<Double> values) {
    return values.stream().filter(f -> f < 0).count() / (double) values.size();
  }
}
