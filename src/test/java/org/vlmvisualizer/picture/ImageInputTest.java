package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ImageProcessor;
import ij.process.IntProcessor;
import ij.process.LUT;
import ij.process.ShortProcessor;
import java.awt.Color;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.InputException;

/** Colours by hand, and against what ImageJ paints. */
class ImageInputTest {

  /** The image as it is displayed, or the part under its own selection. */
  private static ImageInput of(ImagePlus image) {
    return ImageInput.of(image, image == null ? null : image.getRoi());
  }

  private static int[] rgb(ImageInput input, int x, int y) {
    return new int[] {
      input.picture().get(x, y, 0), input.picture().get(x, y, 1), input.picture().get(x, y, 2)
    };
  }

  private static void assertColour(ImageInput input, int x, int y, int r, int g, int b) {
    assertArrayEquals(new int[] {r, g, b}, rgb(input, x, y), "at " + x + ", " + y);
  }

  /** Every pixel but the first as ImageJ paints it: it leaves that one if channel 1 is off. */
  private static void assertAsPainted(ImagePlus image) {
    ImageInput input = ImageInput.of(image, null);
    image.updateAndDraw();
    BufferedImage painted = (BufferedImage) image.getImage();
    for (int i = 1; i < image.getWidth() * image.getHeight(); i++) {
      int x = i % image.getWidth();
      int y = i / image.getWidth();
      Color colour = new Color(painted.getRGB(x, y));
      assertColour(input, x, y, colour.getRed(), colour.getGreen(), colour.getBlue());
    }
  }

  private static ImagePlus bytes(int... values) {
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      pixels[i] = (byte) values[i];
    }
    return new ImagePlus("bytes", new ByteProcessor(values.length, 1, pixels));
  }

  private static ImagePlus floats(float... values) {
    return new ImagePlus("floats", new FloatProcessor(values.length, 1, values));
  }

  @Test
  void grey8() {
    ImageInput input = of(bytes(0, 100, 255));
    assertColour(input, 0, 0, 0, 0, 0);
    assertColour(input, 1, 0, 100, 100, 100);
    assertColour(input, 2, 0, 255, 255, 255);
    assertEquals("bytes", input.source().title());
  }

  @Test
  void displayRange8() {
    ImagePlus image = bytes(50, 100, 150);
    image.setDisplayRange(50, 150);
    ImageInput input = of(image);
    assertColour(input, 0, 0, 0, 0, 0);
    assertColour(input, 1, 0, 128, 128, 128); // 256 * 50 / 100
    assertColour(input, 2, 0, 255, 255, 255);
    assertAsPainted(image);
    assertEquals(50, image.getDisplayRangeMin());
    assertArrayEquals(new byte[] {50, 100, (byte) 150}, (byte[]) image.getProcessor().getPixels());
  }

  @Test
  void invertedLut() {
    ImagePlus image = bytes(0, 100, 255);
    image.getProcessor().invertLut();
    assertColour(of(image), 1, 0, 155, 155, 155);
    assertColour(of(image), 2, 0, 0, 0, 0);
    assertAsPainted(image);
  }

  @Test
  void colourLut() {
    ImagePlus image = bytes(0, 100, 255);
    image.setLut(LUT.createLutFromColor(Color.magenta));
    assertColour(of(image), 1, 0, 100, 0, 100);
    image.setDisplayRange(0, 100);
    assertColour(of(image), 1, 0, 255, 0, 255);
    assertAsPainted(image);
  }

  @Test
  void grey16() {
    ImagePlus image =
        new ImagePlus("shorts", new ShortProcessor(3, 1, new short[] {1000, 2000, -1}, null));
    image.setDisplayRange(1000, 3047); // 2048 values, 8 per grey
    ImageInput input = of(image);
    assertColour(input, 0, 0, 0, 0, 0);
    assertColour(input, 1, 0, 125, 125, 125);
    assertColour(input, 2, 0, 255, 255, 255); // 65535 is above the range
    assertAsPainted(image);
  }

  @Test
  void grey32() {
    ImagePlus image = floats(-1, 0, 0.5f, 2, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    image.setDisplayRange(0, 1);
    ImageInput input = of(image);
    int[] expected = {0, 0, 128, 255, 255, 0};
    for (int x = 0; x < expected.length; x++) {
      assertColour(input, x, 0, expected[x], expected[x], expected[x]);
    }
    assertAsPainted(image);
  }

  @Test
  void rangesThatAreAPoint() {
    assertAsPainted(floats(0, 0, 0));
    assertAsPainted(floats(7, 7, 7));
    assertAsPainted(bytes(9, 9));
    assertAsPainted(new ImagePlus("", new ShortProcessor(2, 2)));
  }

  @Test
  void colours() {
    ImagePlus image = new ImagePlus("", new ColorProcessor(2, 1, new int[] {0x102030, 0xfffefd}));
    assertColour(of(image), 0, 0, 0x10, 0x20, 0x30);
    assertColour(of(image), 1, 0, 0xff, 0xfe, 0xfd);
  }

  @Test
  void integersAreGrey() {
    assertColour(
        of(new ImagePlus("", new IntProcessor(2, 1, new int[] {0, 70_000}))), 1, 0, 255, 255, 255);
  }

  @Test
  void currentSlice() {
    ImageStack stack = new ImageStack(1, 1);
    stack.addSlice(new ByteProcessor(1, 1, new byte[] {10}));
    stack.addSlice(new ByteProcessor(1, 1, new byte[] {20}));
    ImagePlus image = new ImagePlus("", stack);
    image.setSlice(2);
    assertColour(of(image), 0, 0, 20, 20, 20);
    assertEquals(2, image.getCurrentSlice());
    image.setSlice(1);
    assertColour(of(image), 0, 0, 10, 10, 10);
  }

  /** Two slices of three channels of two pixels, the first 10, 20, 30 and 110, 120, 130. */
  private static CompositeImage composite(int mode) {
    ImageStack stack = new ImageStack(2, 1);
    for (int value : new int[] {10, 20, 30, 110, 120, 130}) {
      stack.addSlice(new ByteProcessor(2, 1, new byte[] {(byte) value, (byte) (value + 1)}));
    }
    ImagePlus image = new ImagePlus("", stack);
    image.setDimensions(3, 2, 1);
    CompositeImage composite = new CompositeImage(image, mode);
    for (int c = 1; c <= 3; c++) {
      LUT lut = LUT.createLutFromColor(new Color[] {Color.red, Color.green, Color.yellow}[c - 1]);
      lut.min = 0;
      lut.max = 255;
      composite.setChannelLut(lut, c);
    }
    return composite;
  }

  @Test
  void compositeAddsActiveChannels() {
    CompositeImage image = composite(CompositeImage.COMPOSITE);
    assertColour(of(image), 0, 0, 10 + 30, 20 + 30, 0);
    image.setPosition(2, 2, 1);
    assertColour(of(image), 0, 0, 110 + 130, 120 + 130, 0);
    image.getActiveChannels()[0] = false;
    image.updateAndDraw();
    assertColour(of(image), 0, 0, 130, 250, 0);
    assertAsPainted(image);
    image.getActiveChannels()[1] = false;
    image.getActiveChannels()[2] = false;
    assertColour(of(image), 0, 0, 0, 0, 0);
    assertEquals(2, image.getChannel());
    assertEquals(2, image.getZ());
  }

  @Test
  void colourAndGreyscaleModesShowOneChannel() {
    CompositeImage image = composite(CompositeImage.COLOR);
    image.setPosition(3, 1, 1);
    assertColour(of(image), 0, 0, 30, 30, 0);
    assertAsPainted(image);
    image.setPosition(1, 2, 1);
    assertColour(of(image), 0, 0, 110, 0, 0);
    image.setMode(CompositeImage.GRAYSCALE);
    image.updateAndDraw();
    assertColour(of(image), 0, 0, 110, 110, 110);
    assertAsPainted(image);
  }

  @Test
  void channelsHaveDisplayRangesOfTheirOwn() {
    CompositeImage image = composite(CompositeImage.COMPOSITE);
    image.setPosition(2, 1, 1);
    image.setDisplayRange(0, 40); // 20 becomes 128
    assertColour(of(image), 0, 0, 40, 128 + 30, 0);
    assertAsPainted(image);
  }

  @Test
  void otherCompositeProjections() {
    for (String projection : new String[] {"Max", "Min", "Invert", "Sum"}) {
      for (int depth : new int[] {8, 16, 32}) {
        ImagePlus image = IJ.createImage("", depth + "-bit composite-mode ramp", 40, 9, 3, 1, 1);
        for (int c = 1; c <= 3; c++) {
          image.setC(c);
          image.getProcessor().rotate(11 * c);
        }
        image.setProp("CompositeProjection", projection);
        image.setDisplayRange(0, depth == 32 ? 0.7 : 100);
        assertAsPainted(image);
        ((CompositeImage) image).getActiveChannels()[0] = false;
        assertAsPainted(image);
      }
    }
  }

  @Test
  void largerThanAStrip() {
    ImagePlus image = IJ.createImage("", "16-bit ramp", 3000, 1001, 1);
    assertAsPainted(image);
    Roi roi = new Roi(2900, 500, 90, 400);
    ImageInput input = ImageInput.of(image, roi);
    ImageInput whole = ImageInput.of(image, null);
    assertArrayEquals(rgb(whole, 2989, 899), rgb(input, 89, 399));
  }

  private static ImagePlus grid() {
    ImageProcessor processor = new ByteProcessor(10, 6);
    for (int i = 0; i < 60; i++) {
      processor.set(i, i);
    }
    return new ImagePlus("grid", processor);
  }

  @Test
  void areaSelectionIsItsBoundingBoxOnTheImage() {
    ImagePlus image = grid();
    image.setRoi(new OvalRoi(7, 2, 5, 3));
    ImageInput input = of(image);
    assertEquals(3, input.picture().width());
    assertEquals(3, input.picture().height());
    assertEquals(7, input.source().originX());
    assertEquals(2, input.source().originY());
    assertColour(input, 0, 0, 27, 27, 27);
    assertColour(input, 2, 2, 49, 49, 49);
    assertEquals(new Rectangle(7, 2, 5, 3), image.getRoi().getBounds());
    assertEquals(10, ImageInput.of(image, null).picture().width());
  }

  @Test
  void selectionsWithoutAreaMeanTheWholeImage() {
    ImageInput input = ImageInput.of(grid(), new Line(1, 1, 5, 5));
    assertEquals(10, input.picture().width());
    assertEquals(0, input.source().originX());
  }

  @Test
  void overlayAndSelectionAreNotDrawn() {
    ImagePlus image = grid();
    Roi roi = new Roi(0, 0, 10, 6);
    roi.setFillColor(Color.red);
    image.setOverlay(new Overlay(roi));
    image.setRoi(new Roi(0, 0, 10, 6));
    assertColour(of(image), 3, 3, 33, 33, 33);
  }

  @Test
  void thresholdIsNotDrawn() {
    ImagePlus image = grid();
    image.getProcessor().setThreshold(10, 50, ImageProcessor.RED_LUT);
    assertColour(of(image), 3, 3, 33, 33, 33);
    assertTrue(image.isThreshold());
  }

  @Test
  void imageStaysAsItWas() {
    ImagePlus image = floats(1, 2, 3);
    image.setDisplayRange(1.5, 2.5);
    image.setRoi(0, 0, 2, 1);
    image.changes = false;
    ImageProcessor processor = image.getProcessor();
    ImageInput input = of(image);
    assertSame(processor, image.getProcessor());
    assertEquals(1.5, image.getDisplayRangeMin());
    assertEquals(2.5, image.getDisplayRangeMax());
    assertFalse(image.changes);
    assertNotNull(image.getRoi());
    processor.setf(0, 99);
    assertColour(input, 0, 0, 0, 0, 0);
  }

  @Test
  void calibrationIsACopy() {
    ImagePlus image = grid();
    image.getCalibration().pixelWidth = 0.5;
    image.getCalibration().setUnit("um");
    ImageInput input = of(image);
    image.getCalibration().pixelWidth = 3;
    assertEquals(0.5, input.source().calibration().pixelWidth);
  }

  private static String refusal(ImagePlus image) {
    return assertThrows(InputException.class, () -> of(image)).getMessage();
  }

  @Test
  void refusesNoImage() {
    assertTrue(refusal(null).startsWith("Expected an image, found none"));
    assertTrue(refusal(new ImagePlus()).startsWith("Expected an image, found none"));
  }

  @Test
  void refusesASelectionOutside() {
    ImagePlus image = grid();
    String message =
        assertThrows(InputException.class, () -> ImageInput.of(image, new Roi(10, 0, 4, 4)))
            .getMessage();
    assertTrue(message.contains("outside: x 10, y 0, 4 x 4"), message);
  }

  @Test
  void refusesNaNInTheRegion() {
    ImagePlus image = floats(1, Float.NaN, Float.NaN, 4);
    assertTrue(refusal(image).contains("found 2 NaN"), refusal(image));
    assertEquals(1, ImageInput.of(image, new Roi(3, 0, 1, 1)).picture().width());
  }

  @Test
  void refusesARegionWithoutAFiniteNumber() {
    ImagePlus image =
        floats(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 4);
    image.setRoi(0, 0, 3, 1);
    assertTrue(refusal(image).contains("found infinite ones only"), refusal(image));
    image.setRoi(1, 0, 3, 1);
    assertEquals(3, of(image).picture().width());
  }

  @Test
  void refusesMoreThanAnArrayHolds() {
    ImagePlus image =
        new ImagePlus("huge", new ByteProcessor(1, 1)) {
          @Override
          public int getWidth() {
            return 40_000;
          }

          @Override
          public int getHeight() {
            return 40_000;
          }
        };
    assertTrue(refusal(image).contains("found 40,000 x 40,000"), refusal(image));
  }

  @Test
  void saysWhenMemoryIsTooSmall() {
    ImagePlus image =
        new ImagePlus("large", new ByteProcessor(1, 1)) {
          @Override
          public boolean isComposite() {
            throw new OutOfMemoryError();
          }
        };
    assertTrue(refusal(image).startsWith("Not enough memory: 1 x 1"), refusal(image));
  }

  /** As in a macro without display that goes through a stack. */
  @Test
  void aCompositeWithoutWindowIsSeenAtTheSliceThatWasSetLast() {
    ImageStack stack = new ImageStack(1, 1);
    for (int value : new int[] {10, 20, 30, 40}) {
      stack.addSlice(new ByteProcessor(1, 1, new byte[] {(byte) value}));
    }
    ImagePlus image = new ImagePlus("c", stack);
    image.setDimensions(2, 2, 1);
    CompositeImage composite = new CompositeImage(image, CompositeImage.COMPOSITE);
    composite.setPosition(1, 2, 1);
    assertEquals(30, of(composite).picture().get(0, 0, 0));
    composite.setPosition(1, 1, 1);
    assertEquals(10, of(composite).picture().get(0, 0, 0));
  }
}
