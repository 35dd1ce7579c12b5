package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MapStability;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Shares;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.picture.ImageInput;

/** Whether maps stay on a picture that is moved. */
class StabilityCheckTest {
  /** 4 × 2 cells of 2 × 2 pixels. */
  private static final Grid GRID = new Grid(8, 4, 4, 2, 0, 0, 2, 2, 2);

  /** A pixel is bright where a map is to be. */
  private static RgbPicture bright(int x, int y) {
    byte[] rgb = new byte[3 * 8 * 4];
    rgb[3 * (y * 8 + x)] = 100;
    return new RgbPicture(8, 4, rgb);
  }

  /** Maps that see the red of each cell. */
  private static List<TokenMaps> seen(List<RgbPicture> pictures) {
    float[] map = new float[8];
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 8; x++) {
        map[y / 2 * 4 + x / 2] += pictures.get(0).get(x, y, 0) / 100f;
      }
    }
    return maps(map);
  }

  private static List<TokenMaps> maps(float... map) {
    return List.of(
        new TokenMaps(
            new AttributionMap("hand", new float[][] {map}),
            GRID,
            List.of(new GeneratedToken(1, "a", 1)),
            List.of(Shares.of(1, 0, 0))));
  }

  @Test
  void aMapThatMovesWithThePictureIsStable() {
    // In the right lower pixel of a cell: half a cell further it is in the next one.
    List<RgbPicture> pictures = List.of(bright(3, 1));
    MapStability stable =
        new StabilityCheck(pictures, seen(pictures), i -> i, StabilityCheckTest::seen).of(0);
    // Of four half cells, two lie where the map moved back has them: r of 0.5 less chance.
    assertTrue(stable.shift() > 0.4, stable.toString());
    assertEquals(1, stable.mirror(), 1e-12);
  }

  @Test
  void aMapThatLooksElsewhereIsNot() {
    List<TokenMaps> elsewhere = maps(0, 0, 0, 1, 0, 0, 0, 0);
    MapStability unstable =
        new StabilityCheck(
                List.of(bright(0, 3)), maps(0, 0, 0, 0, 1, 0, 0, 0), i -> i, moved -> elsewhere)
            .of(0);
    assertTrue(unstable.shift() < 0, unstable.toString());
    assertTrue(unstable.mirror() < 0, unstable.toString());
  }

  @Test
  void picturesAreMovedByHalfACell() {
    RgbPicture picture = bright(2, 1);
    RgbPicture right = picture.shifted(1, 0, new int[] {7, 8, 9});
    assertEquals(100, right.get(3, 1, 0));
    assertEquals(7, right.get(0, 3, 0));
    assertEquals(0, right.get(1, 3, 0));
    RgbPicture down = picture.shifted(0, 1, new int[] {7, 8, 9});
    assertEquals(100, down.get(2, 2, 0));
    assertEquals(9, down.get(7, 0, 2));
    assertEquals(100, picture.mirrored().get(5, 1, 0));
    assertArrayEquals(picture.rgb(), picture.mirrored().mirrored().rgb());
  }

  @Test
  void contentTokensOfAnAnswerAreChecked() {
    RgbPicture picture = ImageInput.open("src/test/resources/demo/cells-1.png").picture();
    try (AttentionModel model =
        AttentionModel.open(Checkpoint.find("demo"), "cpu", Precision.FLOAT32, Progress.NONE)) {
      Analysis analysis =
          model.analyze(
              picture,
              Defaults.with(
                  Defaults.request("What is in the image?", "language", 16),
                  "",
                  new Checks(false, false, true)),
              Progress.NONE);
      List<AnswerWord> words = AnswerWord.of(analysis.tokens());
      double sum = 0;
      int checked = 0;
      for (int t = 0; t < analysis.tokens().size(); t++) {
        MapStability stability = analysis.tokens().get(t).stability();
        if (AnswerWord.at(t, words) == null) {
          assertNull(stability);
        } else {
          assertNotNull(stability);
          sum += stability.shift();
          checked++;
        }
      }
      assertTrue(sum / checked > 0.3, "mean stability " + sum / checked);
    }
  }
}
