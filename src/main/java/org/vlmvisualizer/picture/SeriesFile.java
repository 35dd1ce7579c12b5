package org.vlmvisualizer.picture;

import ij.process.ImageProcessor;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;

/**
 * A file that Bio-Formats has open: its images (series), each with channels, slices and time
 * points. Colour pictures have three channels. Numbers are from 0 here.
 */
final class SeriesFile {
  private static final String FORMAT_READER = "loci.formats.IFormatReader";
  private static final int LONGEST_LABEL = 60;

  private final Path path;
  private final BioFormatsLibrary library;
  private final Object reader; // ImageProcessorReader
  private final Object metadata; // IMetadata
  private final Map<Integer, List<double[]>> ranges = new HashMap<>();

  private SeriesFile(Path path, BioFormatsLibrary library, Object reader, Object metadata) {
    this.path = path;
    this.library = library;
    this.reader = reader;
    this.metadata = metadata;
  }

  /**
   * Opens a file, and those that belong to it.
   *
   * @throws IOException if Bio-Formats cannot, with its reason
   */
  static SeriesFile open(Path file, BioFormatsLibrary library) throws IOException {
    Object reader = library.make("loci.formats.ImageReader", null, null);
    for (String wrapper :
        List.of(
            "loci.formats.ChannelFiller", // colours of palettes
            "loci.formats.ChannelSeparator", // channels that lie pixel by pixel
            "loci.plugins.util.ImageProcessorReader")) {
      reader = library.make(wrapper, FORMAT_READER, reader);
    }
    Object metadata =
        library.call(library.type("loci.formats.MetadataTools"), null, "createOMEXMLMetadata");
    SeriesFile opened = new SeriesFile(file, library, reader, metadata);
    boolean whole = false;
    try {
      opened.call("setFlattenedResolutions", false); // smaller copies of a slide are no images
      opened.call("setMetadataStore", metadata);
      opened.call("setId", file.toString());
      whole = true;
      return opened;
    } finally {
      if (!whole) {
        opened.close();
      }
    }
  }

  void close() {
    try {
      call("close");
    } catch (IOException e) {
      return; // nothing was written
    }
  }

  private Object call(String method, Object... arguments) throws IOException {
    return library.call(reader.getClass(), reader, method, arguments);
  }

  private int number(String method) throws IOException {
    return (int) call(method);
  }

  private Object told(String what, Object... indices) throws IOException {
    return library.call(library.type("loci.formats.meta.IMetadata"), metadata, what, indices);
  }

  private int count(String what, Object... indices) throws IOException {
    return (int) told(what, indices);
  }

  /** Number of images. */
  int series() throws IOException {
    return number("getSeriesCount");
  }

  /** Goes to an image, of which all else is told then. */
  void choose(int series) throws IOException {
    if (series >= series()) {
      throw new InputException(
          "Expected image %d in %s, found %d. Was the file replaced?"
              .formatted(series + 1, path, series()));
    }
    call("setSeries", series);
  }

  int width() throws IOException {
    return number("getSizeX");
  }

  int height() throws IOException {
    return number("getSizeY");
  }

  int channels() throws IOException {
    return number("getSizeC");
  }

  int slices() throws IOException {
    return number("getSizeZ");
  }

  int frames() throws IOException {
    return number("getSizeT");
  }

  /** All files that are open, this one among them. */
  List<Path> files() throws IOException {
    Object files = call("getUsedFiles");
    return files == null ? List.of() : Arrays.stream((String[]) files).map(Path::of).toList();
  }

  /** A channel of a plane, with its own lookup table if it has one. */
  ImageProcessor read(int channel, int z, int t) throws IOException {
    int plane = (int) call("getIndex", z, channel, t);
    return ((ImageProcessor[]) call("openProcessors", plane))[0];
  }

  /**
   * Display ranges of an image's channels, each from the least to the largest value of its first
   * plane, as ImageJ shows a stack; 0 to 255 of 8 bits.
   *
   * @param series that is chosen
   */
  List<double[]> ranges(int series, int channels) throws IOException {
    List<double[]> known = ranges.get(series);
    if (known != null) {
      return known;
    }
    List<double[]> read = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      ImageProcessor first = read(c, 0, 0);
      read.add(new double[] {first.getMin(), first.getMax()});
    }
    ranges.put(series, read);
    return read;
  }

  /** The colour that the file gives a channel, or null. */
  Color colour(int series, int channel) throws IOException {
    if (channel >= count("getChannelCount", series)) {
      return null;
    }
    Object colour = told("getChannelColor", series, channel);
    return colour == null
        ? null
        : new Color(part(colour, "getRed"), part(colour, "getGreen"), part(colour, "getBlue"));
  }

  private int part(Object value, String method) throws IOException {
    return ((Number) library.call(value.getClass(), value, method)).intValue();
  }

  /**
   * Width and height of a pixel.
   *
   * @return in micrometres; null if the file does not tell
   */
  double[] pixelSize(int series) throws IOException {
    Object width = told("getPixelsPhysicalSizeX", series);
    Object height = told("getPixelsPhysicalSizeY", series);
    Double x = width == null ? null : micrometres(width);
    Double y = height == null ? null : micrometres(height);
    return x == null || y == null || !(x > 0) || !(y > 0) ? null : new double[] {x, y};
  }

  /** Null of what is no length, such as a unit of the stage's own. */
  private Double micrometres(Object length) throws IOException {
    try {
      Object unit = library.type("ome.units.UNITS").getField("MICROMETER").get(null);
      Object value = library.call(length.getClass(), length, "value", unit);
      return value == null ? null : ((Number) value).doubleValue();
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** What each image is called: its well and field, where it has one, else its name. */
  List<String> labels() throws IOException {
    List<String> labels = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < series(); i++) {
      numbers.put((String) told("getImageID", i), i);
      String name = (String) told("getImageName", i);
      labels.add(name == null ? "" : shortened(name));
    }
    for (int plate = 0; plate < count("getPlateCount"); plate++) {
      labelWells(plate, numbers, labels);
    }
    return labels;
  }

  private void labelWells(int plate, Map<String, Integer> numbers, List<String> labels)
      throws IOException {
    String before = count("getPlateCount") > 1 ? "plate %d ".formatted(plate + 1) : "";
    for (int well = 0; well < count("getWellCount", plate); well++) {
      int fields = count("getWellSampleCount", plate, well);
      for (int field = 0; field < fields; field++) {
        Object image = told("getWellSampleImageRef", plate, well, field);
        Integer number = image == null ? null : numbers.get(image);
        if (number != null) {
          String behind = fields > 1 ? " field %d".formatted(field + 1) : "";
          labels.set(number, before + well(plate, well) + behind);
        }
      }
    }
  }

  /** As plates are printed: B03. */
  private String well(int plate, int well) throws IOException {
    Object row = told("getWellRow", plate, well);
    Object column = told("getWellColumn", plate, well);
    return row == null || column == null
        ? "well %d".formatted(well + 1)
        : letters(part(row, "getValue")) + "%02d".formatted(part(column, "getValue") + 1);
  }

  /** A to Z, AA to AF of plates with 1,536 wells. */
  static String letters(int row) {
    return row < 26
        ? String.valueOf((char) ('A' + row))
        : letters(row / 26 - 1) + (char) ('A' + row % 26);
  }

  private static String shortened(String name) {
    String line = name.replaceAll("[\\p{C}\\s]+", " ").strip();
    return line.length() <= LONGEST_LABEL ? line : line.substring(0, LONGEST_LABEL).strip();
  }
}
