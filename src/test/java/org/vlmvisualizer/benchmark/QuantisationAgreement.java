package org.vlmvisualizer.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/**
 * How often the demo model answers the same in a lower precision as in float32, and how alike the
 * maps of the same tokens are: {@code QuantisationAgreement FOLDER-OF-PICTURES}.
 */
public final class QuantisationAgreement {
  private static final AnalysisRequest REQUEST = Defaults.request("What is in the image?", 64);

  private QuantisationAgreement() {}

  public static void main(String[] arguments) throws IOException {
    List<RgbPicture> pictures = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.sorted().toList()) {
        pictures.add(ImageInput.open(file.toString()).picture());
      }
    }
    List<Analysis> exact = analyses(pictures, Precision.FLOAT32);
    for (Precision precision : List.of(Precision.BFLOAT16, Precision.INT8, Precision.INT4)) {
      List<Analysis> lower = analyses(pictures, precision);
      int same = 0;
      double correlation = 0;
      double lowest = 1;
      int maps = 0;
      for (int i = 0; i < exact.size(); i++) {
        if (!exact.get(i).answer().equals(lower.get(i).answer())) {
          continue;
        }
        same++;
        for (int t = 0; t < exact.get(i).maps().get(0).tokens().size(); t++) {
          double r =
              correlation(
                  exact.get(i).maps().get(0).map().values()[t],
                  lower.get(i).maps().get(0).map().values()[t]);
          correlation += r;
          lowest = Math.min(lowest, r);
          maps++;
        }
      }
      System.out.printf(
          "%s: same answer on %d of %d pictures; correlation of maps: mean %.4f, lowest %.4f%n",
          precision, same, exact.size(), correlation / maps, lowest);
    }
  }

  private static List<Analysis> analyses(List<RgbPicture> pictures, Precision precision) {
    try (AttentionModel model =
        AttentionModel.open(Checkpoint.find(Checkpoint.DEMO), "cpu", precision, Progress.NONE)) {
      return pictures.stream().map(p -> model.analyze(p, REQUEST, Progress.NONE)).toList();
    }
  }

  /** Pearson's. */
  private static double correlation(float[] a, float[] b) {
    double meanA = 1.0 / a.length;
    double meanB = 1.0 / b.length;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }
}
