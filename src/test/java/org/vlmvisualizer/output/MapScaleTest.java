package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.gui.NewImage;
import ij.process.ImageConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.Defaults;

class MapScaleTest {
  private final Demo demo = Demo.of(60, 40, 6);

  private ImagePlus heatmaps(boolean composite) {
    return demo.result(
            new Rendering(Upsampling.NEAREST, HeatColours.INFERNO, composite, false), null)
        .heatmaps();
  }

  private static double maximum(ImagePlus image, int token) {
    int plane = image.getStackIndex(image.getNChannels(), token, 1);
    return image.getStack().getProcessor(plane).getStats().max;
  }

  private static double maximum(ImagePlus image) {
    double max = 0;
    for (int token = 1; token <= image.getNSlices(); token++) {
      max = Math.max(max, maximum(image, token));
    }
    return max;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachMapHasItsOwnRangeUntilAllShareOne(boolean composite) {
    ImagePlus image = heatmaps(composite);
    float[] before = ((float[]) image.getStack().getPixels(composite ? 4 : 2)).clone();
    MapScale scale = MapScale.of(image);
    double all = maximum(image);
    assertTrue(scale.isCommon());
    assertEquals(all, scale.maximum(), 1e-9);
    scale.setCommon(false);
    for (int token : new int[] {1, 4, 2, 6}) {
      image.setPosition(1, token, 1); // in a composite, at the picture's channel
      scale.follow();
      assertEquals(0, scale.minimum());
      assertEquals(maximum(image, token), scale.maximum(), 1e-9, "token " + token);
    }
    scale.setCommon(true);
    assertEquals(all, scale.maximum(), 1e-9);
    image.setPosition(1, 3, 1);
    scale.follow();
    assertEquals(all, scale.maximum(), 1e-9);
    if (composite) {
      assertEquals(510, image.getLuts()[0].max, "the picture's range stays");
    }
    assertArrayEquals(before, (float[]) image.getStack().getPixels(composite ? 4 : 2));
  }

  @Test
  void aRangeThatTheUserSetsStays() {
    ImagePlus image = heatmaps(false);
    MapScale scale = MapScale.of(image);
    scale.setCommon(false);
    image.setDisplayRange(0.001, 0.002);
    image.setSlice(3);
    scale.follow();
    assertEquals(0.002, image.getDisplayRangeMax(), 1e-9);
    scale.setCommon(false);
    assertEquals(maximum(image, 3), image.getDisplayRangeMax(), 1e-9);
  }

  /** Macros and files: the range of all maps, whatever slice is shown. */
  @Test
  void nothingFollowsUnlessItIsAskedTo() {
    ImagePlus image = heatmaps(false);
    for (int token = 1; token <= 6; token++) {
      image.setSlice(token);
      assertEquals(maximum(image), image.getDisplayRangeMax(), 1e-9);
    }
    MapScale.of(image).follow();
    assertEquals(maximum(image), image.getDisplayRangeMax(), 1e-9);
  }

  @Test
  void mapsOfNothingHaveTheCommonRange() {
    ImagePlus image =
        HeatmapStack.of(
            demo.with(new float[6][576], demo.grid()),
            demo.picture(),
            demo.source(),
            Defaults.maps(Upsampling.NONE),
            "");
    MapScale scale = MapScale.of(image);
    scale.setCommon(false);
    assertEquals(1, scale.maximum());
  }

  @Test
  void otherImagesHaveNone() {
    assertNull(MapScale.of(NewImage.createFloatImage("mine", 4, 4, 3, NewImage.FILL_BLACK)));
    ImagePlus image = heatmaps(false);
    ImagePlus copy = image.duplicate();
    copy.setProperty(MapScale.class.getName(), image.getProperty(MapScale.class.getName()));
    assertNull(MapScale.of(copy), "of an image whose properties were copied");
    MapScale scale = MapScale.of(image);
    assertNotNull(scale);
    new ImageConverter(image).convertToRGB();
    int[] pixels = ((int[]) image.getProcessor().getPixels()).clone();
    scale.setCommon(false);
    assertArrayEquals(pixels, (int[]) image.getProcessor().getPixels(), "converted meanwhile");
  }
}
