package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.StoredWeights;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * A map tells of what the model has learnt: once the weights of the decoder's layers are shuffled,
 * the map of the same answer is another. (Adebayo et al., "Sanity Checks for Saliency Maps",
 * NeurIPS 2018: of some methods it is not, which draw the picture's edges.)
 */
class ShuffledWeightsTest {
  private static final RgbPicture PAGE = DemoPictures.read("page-2.png");
  private static AttentionModel model;
  private static AttentionModel shuffled;

  @BeforeAll
  static void open(@TempDir Path folder) {
    model = DemoPictures.open();
    Path copy = folder.resolve("checkpoint");
    TestFiles.copy(Path.of("src/main/resources/demo-checkpoint"), copy);
    StoredWeights weights = new StoredWeights(copy.resolve(CheckpointCopy.WEIGHTS));
    assertEquals(3 * 7, weights.decoderMatrices().size());
    Random random = new Random(1);
    weights.decoderMatrices().forEach(name -> weights.shuffle(name, random));
    weights.write();
    shuffled = DemoPictures.open(Checkpoint.open(copy));
  }

  @AfterAll
  static void close() {
    List.of(model, shuffled).forEach(AttentionModel::close);
  }

  static List<String> names() {
    return AttributionMethods.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void changeTheMap(String method) {
    AnalysisRequest request = Defaults.request(DemoPictures.QUESTION, method, 5);
    Analysis own = model.analyze(PAGE, request, Progress.NONE);
    int[] ids = own.tokens().stream().mapToInt(GeneratedToken::id).toArray();
    Analysis other = shuffled.again(List.of(PAGE), false, request, ids, Progress.NONE);
    double correlation = correlation(own.maps().get(0), other.maps().get(0));
    System.out.printf("shuffled weights, %s: correlation %.3f%n", method, correlation);
    assertTrue(Math.abs(correlation) < 0.5, method + ": " + correlation);
  }

  /** Pearson's, over the cells of all tokens. */
  private static double correlation(TokenMaps one, TokenMaps other) {
    int count = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int t = 0; t < one.size(); t++) {
      for (int c = 0; c < one.grid().size(); c++) {
        double a = one.values(t)[c];
        double b = other.values(t)[c];
        count++;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
      }
    }
    double covariance = xy - x * y / count;
    return covariance / Math.sqrt((xx - x * x / count) * (yy - y * y / count));
  }
}
