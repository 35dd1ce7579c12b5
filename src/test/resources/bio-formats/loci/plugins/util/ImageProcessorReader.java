package loci.plugins.util;

import ij.process.ImageProcessor;
import ij.process.ShortProcessor;
import java.io.IOException;
import loci.formats.FormatException;
import loci.formats.IFormatReader;
import loci.formats.ReaderWrapper;

public class ImageProcessorReader extends ReaderWrapper {
  public ImageProcessorReader() {
    super(null);
  }

  public ImageProcessorReader(IFormatReader reader) {
    super(reader);
  }

  public ImageProcessor[] openProcessors(int no) throws FormatException, IOException {
    return openProcessors(no, 0, 0, getSizeX(), getSizeY());
  }

  public ImageProcessor[] openProcessors(int no, int x, int y, int w, int h)
      throws FormatException, IOException {
    return new ImageProcessor[] {new ShortProcessor(w, h, plane(no), null)};
  }
}
