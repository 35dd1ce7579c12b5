package org.vlmvisualizer.ask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.FileSaver;
import ij.plugin.filter.AVI_Writer;
import ij.process.ImageProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.FilePlane;
import org.vlmvisualizer.picture.FilePlanes;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.picture.PlaneChoice;
import org.vlmvisualizer.picture.PlaneReader;

/** Planes of files that ImageJ opens: as many, and in the same colours, as of the opened image. */
class FilePlanesTest {
  private static final Roi REGION = new Roi(5, 4, 20, 10);
  @TempDir Path folder;

  private static ImagePlus hyperstack(int bits, int channels, int slices, int frames) {
    ImagePlus image = IJ.createHyperStack("stack", 40, 30, channels, slices, frames, bits);
    Random random = new Random(3);
    for (int n = 1; n <= image.getStackSize(); n++) {
      ImageProcessor plane = image.getStack().getProcessor(n);
      for (int i = 0; i < plane.getPixelCount(); i++) {
        plane.setf(i, random.nextInt(bits == 8 ? 256 : 1000 * n));
      }
    }
    return image;
  }

  private Path save(ImagePlus image, String name) throws IOException {
    Path file = folder.resolve(name);
    String path = file.toString();
    if (name.endsWith(".avi")) {
      new AVI_Writer().writeImage(image, path, AVI_Writer.NO_COMPRESSION, 100);
    } else if (name.endsWith(".gif")) {
      IJ.saveAs(image, "Gif", path);
    } else {
      assertTrue(new FileSaver(image).saveAsTiffStack(path));
    }
    return file;
  }

  private static List<FilePlane> planes(Path file) {
    return FilePlanes.of(file, PlaneChoice.ALL, Progress.NONE).planes();
  }

  private static byte[] read(Path file, FilePlane plane) {
    return PlaneReader.read(file, plane, REGION, Progress.NONE).input().picture().rgb();
  }

  @ParameterizedTest
  @CsvSource({
    "8, 1, 5, a.tif",
    "16, 1, 5, a.tif",
    "32, 1, 5, a.tif",
    "24, 1, 5, a.tif",
    "8, 3, 4, a.tif",
    "16, 2, 4, a.tif",
    "32, 2, 4, a.tif",
    "8, 1, 3, a.gif",
    "8, 1, 3, a.avi"
  })
  void timePointsLookAsThoseOfTheOpenedImage(int bits, int channels, int frames, String name)
      throws IOException {
    ImagePlus image = hyperstack(bits, channels, 1, frames);
    if (channels > 1) {
      image = new CompositeImage(image, IJ.COMPOSITE);
      image.setC(2);
      image.setDisplayRange(20, 600);
    }
    Path file = save(image, name);
    ImagePlus opened = IJ.openImage(file.toString());
    boolean time = opened.getNFrames() > 1;
    StackChoice which = time ? StackChoice.FRAMES : StackChoice.SLICES;
    List<BatchPicture> expected = StackPictures.of(opened, which, REGION, 0).pictures();
    List<FilePlane> planes = planes(file);
    assertEquals(frames, planes.size());
    for (int i : new int[] {2, 0, frames - 1, 1}) {
      FilePlane plane = planes.get(i);
      ImageInput wanted = expected.get(i).content().apply(Progress.NONE).input();
      assertEquals((time ? "t=" : "z=") + (i + 1), plane.text());
      assertEquals((time ? "t" : "z") + "000" + (i + 1), plane.folder());
      assertArrayEquals(wanted.picture().rgb(), read(file, plane), plane.text());
      PlaneReader.Read read = PlaneReader.read(file, plane, REGION, Progress.NONE);
      assertEquals(wanted.source().title(), read.input().source().title());
      assertEquals(wanted.source().place(), read.input().source().place());
      assertEquals("", read.leftOut());
    }
  }

  @Test
  void slicesOfATimeSeriesComeByTimePoint() throws IOException {
    Path file = save(hyperstack(16, 2, 2, 3), "a.tif");
    assertEquals(
        List.of("z=1 t=1", "z=2 t=1", "z=1 t=2", "z=2 t=2", "z=1 t=3", "z=2 t=3"),
        planes(file).stream().map(FilePlane::text).toList());
    ImagePlus opened = IJ.openImage(file.toString());
    opened.setPosition(1, 2, 3);
    FilePlane last = planes(file).get(5);
    assertEquals("z0002-t0003", last.folder());
    assertArrayEquals(ImageInput.of(opened, REGION).picture().rgb(), read(file, last));
  }

  @ParameterizedTest
  @CsvSource({"8", "16", "24", "32"})
  void aFileWithOnePlaneIsThatPlane(int bits) throws IOException {
    Path tiff = folder.resolve("a.tif");
    new FileSaver(hyperstack(bits, 1, 1, 1)).saveAsTiff(tiff.toString());
    assertEquals(List.of(FilePlane.FIRST), planes(tiff));
    Path channels = save(hyperstack(8, 3, 1, 1), "channels.tif");
    assertEquals(List.of(FilePlane.FIRST), planes(channels));
  }

  @Test
  void onlyFilesThatMayHaveSeveralAreOpened() throws IOException {
    Path broken = Files.writeString(folder.resolve("a.png"), "no picture");
    assertEquals(List.of(FilePlane.FIRST), planes(broken));
    Path tiff = Files.writeString(folder.resolve("a.tif"), "no picture");
    for (PlaneChoice choice : List.of(PlaneChoice.FIRST, PlaneChoice.SERIES)) {
      assertEquals(List.of(FilePlane.FIRST), FilePlanes.of(tiff, choice, Progress.NONE).planes());
    }
    InputException e = assertThrows(InputException.class, () -> planes(tiff));
    PlainSentence.check(e.getMessage());
  }

  @Test
  void aFileThatWasReplacedIsReadAnew() throws IOException {
    Path file = save(hyperstack(8, 1, 1, 4), "a.tif");
    FilePlane last = planes(file).get(3);
    read(file, last);
    save(hyperstack(8, 1, 1, 3), "a.tif");
    InputException e = assertThrows(InputException.class, () -> read(file, last));
    PlainSentence.check(e.getMessage());
    assertTrue(e.getMessage().contains("found 1 slices and 3 time points"), e.getMessage());
  }
}
