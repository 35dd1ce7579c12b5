package org.vlmvisualizer.ask;

import ij.ImagePlus;
import ij.ImageStack;
import ij.io.FileSaver;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ShortProcessor;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A folder as people have it: pictures of several kinds. Of the first ten, four cannot be asked
 * about.
 */
public final class ManyPictures {
  static final int COUNT = 100;
  public static final int BROKEN = 4;

  private ManyPictures() {}

  public static void write(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 1; i <= count; i++) {
      Path file = folder.resolve("cell" + i);
      switch (i) {
        case 7 -> Files.writeString(Path.of(file + ".png"), "This is no picture.");
        case 8 -> {
          save(colours(i, 96, 64), Path.of(file + ".png"));
          cut(Path.of(file + ".png"), 0.5);
        }
        case 9 -> {
          save(colours(i, 96, 64), Path.of(file + ".jpg"));
          cut(Path.of(file + ".jpg"), 0.6);
        }
        case 10 -> save(notANumber(), Path.of(file + ".tif"));
        case 11 -> save(colours(i, 300, 50), Path.of(file + ".png"));
        case 12 -> save(sixteenBits(), Path.of(file + ".tif"));
        case 13 -> save(stack(), Path.of(file + ".tif"));
        default -> {
          String kind = i % 10 == 5 ? ".tif" : i % 10 == 6 ? ".jpg" : ".png";
          save(colours(i, 96, 64), Path.of(file + kind));
        }
      }
    }
    Files.writeString(folder.resolve("notes.txt"), "Taken on Monday.");
    Files.createDirectory(folder.resolve("more"));
    save(colours(1, 96, 64), folder.resolve("more/inside.png"));
    Files.writeString(folder.resolve(".hidden.png"), "");
  }

  private static void save(ImagePlus image, Path file) {
    String path = file.toString();
    FileSaver saver = new FileSaver(image);
    boolean saved =
        path.endsWith(".png")
            ? saver.saveAsPng(path)
            : path.endsWith(".jpg")
                ? saver.saveAsJpeg(path)
                : image.getStackSize() > 1 ? saver.saveAsTiffStack(path) : saver.saveAsTiff(path);
    if (!saved) {
      throw new AssertionError("not saved: " + file);
    }
  }

  private static void cut(Path file, double share) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, (int) (share * whole.length)));
  }

  private static ImagePlus colours(int seed, int width, int height) {
    Random random = new Random(seed);
    ColorProcessor pixels = new ColorProcessor(width, height);
    for (int k = 0; k < 5; k++) {
      pixels.setColor(new Color(random.nextInt(0x1000000)));
      pixels.fillOval(random.nextInt(width), random.nextInt(height), 20, 15);
    }
    return new ImagePlus("cell", pixels);
  }

  private static ImagePlus notANumber() {
    float[] pixels = new float[96 * 64];
    pixels[100] = Float.NaN;
    return new ImagePlus("NaN", new FloatProcessor(96, 64, pixels));
  }

  private static ImagePlus sixteenBits() {
    ShortProcessor pixels = new ShortProcessor(96, 64);
    pixels.setColor(40_000);
    pixels.fillOval(20, 20, 30, 30);
    return new ImagePlus("16 bits", pixels);
  }

  private static ImagePlus stack() {
    ImageStack stack = new ImageStack(96, 64);
    for (int i = 0; i < 12; i++) {
      stack.addSlice(new ByteProcessor(96, 64));
    }
    return new ImagePlus("stack", stack);
  }
}
