package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.View;

/** A picture of 80 x 40 pixels that the model saw as an overview of 2 x 2 cells and 4 x 2 tiles. */
class TiledResultTest {
  @TempDir Path folder;

  static AttentionResult result(Rendering rendering) {
    Grid overview = Grid.squashed(80, 40, 28, 14);
    Grid tiles = new Grid(80, 40, 4, 2, 0, 0, 20, 20, 14);
    Layout layout =
        new Layout(
            List.of(new View(0, View.OVERVIEW, overview), new View(0, View.TILES, tiles)),
            IntStream.range(0, 12).map(k -> k < 4 ? 0 : 1).toArray(),
            IntStream.range(0, 12).map(k -> k < 4 ? k : k - 4).toArray(),
            Spread.identity(12));
    float[][] values = new float[2][12];
    values[0][1] = .5f; // the overview's right upper quarter
    values[0][4 + 3] = .5f; // the tiles' right upper cell
    values[1][4] = 1;
    TokenMaps maps =
        TokenMaps.of(
            new AttributionMap("demo", values),
            layout,
            0,
            List.of(new GeneratedToken(5, "a", .5), new GeneratedToken(6, "b", .25)),
            List.of(
                new AttentionShares(.5, .25, 0, .25, .5),
                new AttentionShares(.25, .25, .25, .25, .25)));
    Demo demo = Demo.of(80, 40, 2);
    return new Demo(demo.picture(), maps, demo.source()).result(rendering, null);
  }

  private static Rendering rendering(boolean each) {
    return new Rendering(Upsampling.NEAREST, HeatColours.INFERNO, false, each);
  }

  @Test
  void tableTellsMarkersAndTheShareOfEachView() {
    String[] lines = result(rendering(false)).table().toCsv().split("\r\n");
    assertTrue(
        lines[0].contains(
            ",picture,image_marker_attention,overview_share,tiles_share,probability_without_image,"),
        lines[0]);
    assertTrue(lines[1].contains(",cells.tif,0.25,0.5,0.5,NaN,"), lines[1]);
    assertTrue(lines[2].contains(",cells.tif,0.25,0.0,1.0,NaN,"), lines[2]);
    // The tiles' right upper cell has half of the quarter and its own half.
    assertTrue(lines[1].contains(",170.0,60.0,0.75,0,"), lines[1]);
  }

  @Test
  void readsBackWhatWasWritten() throws Exception {
    AttentionResult written = result(rendering(true));
    written.write(folder, written.heatmaps());
    JsonObject run =
        JsonParser.parseString(Files.readString(folder.resolve("run.json"))).getAsJsonObject();
    assertTrue(!run.has("grid"));
    JsonArray views = run.getAsJsonArray("views");
    assertEquals("overview", views.get(0).getAsJsonObject().get("name").getAsString());
    assertEquals("[0.0,0.0,80.0,40.0]", views.get(1).getAsJsonObject().get("rectangle").toString());

    AttentionResult read = SavedResult.read(folder);
    assertEquals(written.maps().grid(), read.maps().grid());
    assertEquals(written.table().toCsv(), read.table().toCsv());
    assertEquals(written.rendering(), read.rendering());
    for (int v = 0; v < 2; v++) {
      assertEquals(written.maps().views().get(v).view(), read.maps().views().get(v).view());
      for (int t = 0; t < 2; t++) {
        assertArrayEquals(
            written.maps().views().get(v).values()[t], read.maps().views().get(v).values()[t]);
      }
    }
  }

  @Test
  void eachViewIsAFrameBehindTheJoinedMap() {
    ImagePlus heatmaps = result(rendering(true)).heatmaps();
    assertArrayEquals(new int[] {80, 40, 1, 2, 3}, heatmaps.getDimensions());
    assertEquals(.75f, value(heatmaps, 0, 70, 5));
    assertEquals(.25f, value(heatmaps, 0, 50, 5));
    assertEquals(.5f, value(heatmaps, 1, 50, 5));
    assertEquals(0, value(heatmaps, 2, 50, 5));
    assertEquals(.5f, value(heatmaps, 2, 70, 5));
    assertEquals(1, result(rendering(false)).heatmaps().getNFrames());
  }

  private static float value(ImagePlus image, int frame, int x, int y) {
    return image.getStack().getProcessor(image.getStackIndex(1, 1, frame + 1)).getf(x, y);
  }
}
