package org.vlmvisualizer.picture;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Roi;
import ij.measure.Calibration;
import ij.process.ImageProcessor;
import ij.process.LUT;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.StackPlace;

/**
 * Files that Bio-Formats reads, plane by plane. Channels are shown as a composite, each in the
 * colour that the file gives it, or else red, green, blue and so on, and from the least to the
 * largest value of the image's first plane.
 */
final class BioFormats {
  private static final int MOST_CHANNELS = 7; // of ImageJ's composites
  private static final LastOpened<SeriesFile> LAST = new LastOpened<>(SeriesFile::close);

  private BioFormats() {}

  private interface Use<T> {
    T of(SeriesFile file) throws IOException;
  }

  /**
   * @param all slices and time points, or the first of each image
   * @throws org.vlmvisualizer.core.InputException if there is no Bio-Formats, or it cannot read the
   *     file
   */
  static FilePlanes planes(Path file, boolean all, Progress progress) {
    return use(file, progress, opened -> planes(file, opened, all));
  }

  private static FilePlanes planes(Path file, SeriesFile opened, boolean all) throws IOException {
    int series = opened.series();
    List<String> labels = series > 1 ? opened.labels() : List.of("");
    List<FilePlane> planes = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      opened.choose(i);
      FilePlanes.add(
          planes,
          true,
          series > 1 ? i + 1 : 0,
          labels.get(i),
          all ? opened.slices() : 1,
          all ? opened.frames() : 1,
          file);
    }
    Set<Path> others = new HashSet<>();
    for (Path used : opened.files()) {
      others.add(used.toAbsolutePath().normalize());
    }
    others.remove(file.toAbsolutePath().normalize());
    return new FilePlanes(planes, others);
  }

  /** Reads a plane, as {@link PlaneReader#read} does. */
  static PlaneReader.Read read(Path file, FilePlane plane, Roi roi, Progress progress) {
    return use(file, progress, opened -> read(file, opened, plane, roi));
  }

  private static PlaneReader.Read read(Path file, SeriesFile opened, FilePlane plane, Roi roi)
      throws IOException {
    int series = Math.max(0, plane.series() - 1);
    opened.choose(series);
    int planes = opened.slices() * opened.frames();
    ImageInput input = ImageInput.of(image(file, opened, series, plane), roi);
    SourceFrame source = input.source();
    String title = (file.getFileName() + " " + plane.text()).strip();
    StackPlace place =
        planes > 1
            ? new StackPlace(0, Math.max(1, plane.z()), Math.max(1, plane.t()))
            : StackPlace.NONE;
    return new PlaneReader.Read(
        new ImageInput(input.picture(), source.slice(title, source.checksum(), place)),
        leftOut(opened, plane, planes));
  }

  private static String leftOut(SeriesFile opened, FilePlane plane, int planes) throws IOException {
    List<String> parts = new ArrayList<>();
    if (plane.series() == 0 && opened.series() > 1) {
      parts.add("the first of %d images".formatted(opened.series()));
    }
    if (plane.z() == 0 && plane.t() == 0 && planes > 1) {
      parts.add("the first of %d slices".formatted(planes));
    }
    if (opened.channels() > MOST_CHANNELS) {
      parts.add("the first of %d channels".formatted(opened.channels()));
    }
    return String.join(", ", parts);
  }

  private static ImagePlus image(Path file, SeriesFile opened, int series, FilePlane plane)
      throws IOException {
    int z = Math.max(1, plane.z()) - 1;
    int t = Math.max(1, plane.t()) - 1;
    int channels = opened.channels() > MOST_CHANNELS ? 1 : opened.channels();
    Size.check(opened.width(), opened.height(), Float.BYTES, channels + 1L, file.toString());
    List<double[]> ranges = opened.ranges(series, channels);
    List<ImageProcessor> read = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      read.add(opened.read(c, z, t));
    }
    ImagePlus image =
        channels == 1
            ? single(read.get(0), ranges.get(0))
            : composite(read, colours(opened, series, read), ranges);
    image.setTitle(file.getFileName().toString());
    image.setCalibration(calibration(opened.pixelSize(series)));
    return image;
  }

  private static ImagePlus single(ImageProcessor pixels, double[] range) {
    pixels.setMinAndMax(range[0], range[1]);
    return new ImagePlus("", pixels);
  }

  private static ImagePlus composite(
      List<ImageProcessor> read, List<LUT> colours, List<double[]> ranges) {
    ImageStack stack = new ImageStack(read.get(0).getWidth(), read.get(0).getHeight());
    read.forEach(channel -> stack.addSlice("", channel.getPixels()));
    ImagePlus plain = new ImagePlus("", stack);
    plain.setDimensions(read.size(), 1, 1);
    CompositeImage image = new CompositeImage(plain, IJ.COMPOSITE);
    LUT[] luts = image.getLuts();
    for (int c = 0; c < luts.length; c++) {
      luts[c] = colours.isEmpty() ? luts[c] : colours.get(c);
      luts[c].min = ranges.get(c)[0];
      luts[c].max = ranges.get(c)[1];
    }
    image.setLuts(luts);
    return image;
  }

  /** Empty if the file has none, or one for all, in which they could not be told apart. */
  private static List<LUT> colours(SeriesFile opened, int series, List<ImageProcessor> read)
      throws IOException {
    if (read.stream().allMatch(channel -> channel.getColorModel() instanceof LUT)) {
      return read.stream().map(channel -> (LUT) ((LUT) channel.getColorModel()).clone()).toList();
    }
    List<Color> colours = new ArrayList<>();
    for (int c = 0; c < read.size(); c++) {
      colours.add(opened.colour(series, c));
    }
    boolean differ = colours.stream().distinct().count() > 1;
    return differ && colours.stream().allMatch(Objects::nonNull)
        ? colours.stream().map(LUT::createLutFromColor).toList()
        : List.of();
  }

  private static Calibration calibration(double[] micrometres) {
    Calibration calibration = new Calibration();
    if (micrometres != null) {
      calibration.pixelWidth = micrometres[0];
      calibration.pixelHeight = micrometres[1];
      calibration.setUnit("µm");
    }
    return calibration;
  }

  /** A plate takes long to open, so it stays open for its next image. */
  private static <T> T use(Path file, Progress progress, Use<T> use) {
    return ImageOpener.look(
        file,
        progress,
        () -> {
          LastOpened.Key key = LastOpened.Key.of(file.toAbsolutePath());
          SeriesFile opened = LAST.take(key);
          boolean good = false;
          try {
            if (opened == null) {
              opened = SeriesFile.open(file.toAbsolutePath(), BioFormatsLibrary.require(file));
            }
            T result = use.of(opened);
            good = true;
            return result;
          } catch (LinkageError e) {
            throw new InputException(
                "Bio-Formats could not read %s, since a part of it is missing or of another version; update Fiji, or name a whole bioformats_package.jar."
                    .formatted(file),
                e);
          } finally {
            if (good) {
              LAST.keep(key, opened);
            } else if (opened != null) {
              opened.close();
            }
          }
        });
  }
}
