package org.vlmvisualizer.output;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.vlmvisualizer.core.RgbPicture;

/** Writes pictures as PNG. */
public final class PngFile {
  private PngFile() {}

  /** Without a copy of the picture. */
  static void write(RgbPicture picture, Path file) throws IOException {
    int width = picture.width();
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(picture.rgb(), picture.rgb().length),
            width,
            picture.height(),
            3 * width,
            3,
            new int[] {0, 1, 2},
            null);
    ColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE);
    write(new BufferedImage(colours, raster, false, null), file);
  }

  /**
   * Whole or not at all.
   *
   * @throws org.vlmvisualizer.core.InputException if it cannot be written
   */
  public static void whole(BufferedImage image, Path file) {
    WholeFile.write(file, part -> write(image, part));
  }

  static void write(BufferedImage image, Path file) throws IOException {
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("this Java cannot write PNG");
    }
  }
}
