package org.vlmvisualizer.picture;

import ij.io.FileInfo;
import ij.io.Opener;
import ij.io.TiffDecoder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.vlmvisualizer.core.InputException;

/** What is looked at before ImageJ opens a file, from its header. */
final class PictureCheck {
  private static final int COLOUR = 4; // bytes per pixel in ImageJ
  private static final int RIFF = 0x52494646;

  private PictureCheck() {}

  /**
   * @throws InputException if the picture is cut short, too large or damaged so that ImageJ would
   *     not find an end
   */
  static void check(Path file, String shownAs) throws IOException {
    switch (new Opener().getFileType(file.toString())) {
      case Opener.TIFF -> tiff(file, shownAs);
      case Opener.PGM -> PnmFile.check(file, shownAs);
      case Opener.BMP -> BmpFile.check(file, shownAs);
      case Opener.GIF -> GifFile.check(file, shownAs);
      case Opener.JPEG -> {
        size(file, shownAs);
        JpegFile.check(file, shownAs);
      }
      case Opener.PNG -> {
        size(file, shownAs);
        PngFile.check(file, shownAs);
      }
      case Opener.AVI -> riff(file, shownAs);
      default -> {
        // Checked once ImageJ has read the header, or of no format of ImageJ's.
      }
    }
  }

  private static void tiff(Path file, String shownAs) throws IOException {
    TiffPages.check(file, shownAs);
    FileInfo[] pages;
    try {
      pages =
          new TiffDecoder(file.getParent().toString(), file.getFileName().toString()).getTiffInfo();
    } catch (IOException e) {
      return; // not for ImageJ itself, but a plugin may open it
    }
    if (pages == null) {
      return;
    }
    FileInfo first = pages[0];
    long slices = Math.max(pages.length, first.nImages);
    Size.check(first.width, first.height, first.getBytesPerPixel(), slices, shownAs);
    for (FileInfo page : pages) {
      RawPixels.check(page, Files.size(file), shownAs);
    }
  }

  /** Width and height as Java reads them; what it cannot read is left to ImageJ to refuse. */
  private static void size(Path file, String shownAs) {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (readers.hasNext()) {
        ImageReader reader = readers.next();
        reader.setInput(in);
        Size.check(reader.getWidth(0), reader.getHeight(0), COLOUR, 1, shownAs);
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof InputException told) {
        throw told;
      }
    }
  }

  /** The length that the container of a movie claims; 0 or -1 where a camera was cut off. */
  private static void riff(Path file, String shownAs) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      if (in.length() >= 8 && in.readInt() == RIFF) {
        int claimed = Integer.reverseBytes(in.readInt());
        CutShort.check(claimed == -1 ? 0 : Integer.toUnsignedLong(claimed), in.length(), shownAs);
      }
    }
  }
}
