package org.vlmvisualizer.picture;

import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.io.FileSaver;
import ij.plugin.filter.AVI_Writer;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.ImageProcessor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A noisy picture of 40 x 30 pixels in every format that ImageJ opens by itself. */
final class PictureFiles {
  static final int WIDTH = 40;
  static final int HEIGHT = 30;

  private PictureFiles() {}

  static Path write(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    ImagePlus colours = new ImagePlus("colours", noise(new ColorProcessor(WIDTH, HEIGHT)));
    ImagePlus greys = new ImagePlus("greys", noise(new ByteProcessor(WIDTH, HEIGHT)));
    String path = file.toString();
    switch (name) {
      case "rgb.tif" -> new FileSaver(colours).saveAsTiff(path);
      case "stack.tif" -> new FileSaver(stack()).saveAsTiffStack(path);
      case "a.zip" -> new FileSaver(greys).saveAsZip(path);
      case "a.png" -> new FileSaver(colours).saveAsPng(path);
      case "a.jpg" -> new FileSaver(colours).saveAsJpeg(path);
      case "a.gif" -> new FileSaver(greys).saveAsGif(path);
      case "frames.gif" -> IJ.saveAs(stack(), "Gif", path);
      case "a.bmp" -> new FileSaver(colours).saveAsBmp(path);
      case "a.fits" -> new FileSaver(greys).saveAsFits(path);
      case "a.pgm" -> new FileSaver(greys).saveAsPgm(path);
      case "a.ppm" -> Files.write(file, raw("P6 40 30 255\n", 3600));
      case "wide.pgm" -> Files.write(file, raw("P5\n# 16 bits\n40 30\n65535\n", 2400));
      case "wide.ppm" -> Files.write(file, raw("P6 40 30 1023 ", 7200));
      case "words.pgm" -> Files.writeString(file, "P2\n40 30\n255\n" + "7 100\n".repeat(600));
      case "a.dcm" -> Files.write(file, dicom());
      case "a.avi" -> avi(path);
      default -> throw new IllegalArgumentException(name);
    }
    return file;
  }

  private static ImageProcessor noise(ImageProcessor pixels) {
    Random random = new Random(1);
    for (int i = 0; i < pixels.getPixelCount(); i++) {
      pixels.set(i, random.nextInt(pixels instanceof ByteProcessor ? 256 : 1 << 24));
    }
    return pixels;
  }

  private static ImagePlus stack() {
    ImageStack stack = new ImageStack(WIDTH, HEIGHT);
    for (int i = 0; i < 3; i++) {
      stack.addSlice(noise(new ByteProcessor(WIDTH, HEIGHT)));
    }
    return new ImagePlus("stack", stack);
  }

  private static void avi(String path) throws IOException {
    new AVI_Writer().writeImage(stack(), path, AVI_Writer.NO_COMPRESSION, 100);
  }

  static byte[] raw(String header, int bytes) {
    byte[] start = header.getBytes(StandardCharsets.US_ASCII);
    byte[] noise = new byte[bytes];
    new Random(2).nextBytes(noise);
    return ByteBuffer.allocate(start.length + bytes).put(start).put(noise).array();
  }

  /** 16 bits, implicit value representations, no file header but the preamble. */
  private static byte[] dicom() {
    ByteBuffer out = ByteBuffer.allocate(3000).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[128]).put("DICM".getBytes(StandardCharsets.US_ASCII));
    int[][] elements = {
      {0x0028, 0x0002, 1}, {0x0028, 0x0010, HEIGHT}, {0x0028, 0x0011, WIDTH}, {0x0028, 0x0100, 16}
    };
    for (int[] e : elements) {
      out.putShort((short) e[0])
          .putShort((short) e[1])
          .put("US".getBytes(StandardCharsets.US_ASCII));
      out.putShort((short) 2).putShort((short) e[2]);
    }
    out.putShort((short) 0x7fe0).putShort((short) 0x0010);
    out.put("OW".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
    out.putInt(2 * WIDTH * HEIGHT).put(raw("", 2 * WIDTH * HEIGHT));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(out.array(), 0, out.position());
    return bytes.toByteArray();
  }
}
