package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.process.ShortProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.output.StackPlace;

/** Files that Bio-Formats reads, with a stand-in of its signatures. */
class BioFormatsTest {
  private static final String OPENED = "bio-formats.opened";
  private static Path jar;
  @TempDir static Path jars;
  @TempDir Path folder;

  @BeforeAll
  static void compile() throws IOException {
    jar = BioFormatsStandIn.jar(jars);
    BioFormatsLibrary.use(BioFormatsLibrary.of(jar.toString()));
  }

  @AfterAll
  static void forget() {
    BioFormatsLibrary.use(null);
  }

  @BeforeEach
  void count() {
    System.clearProperty(OPENED);
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static List<String> texts(FilePlanes planes) {
    return planes.planes().stream().map(FilePlane::text).toList();
  }

  private static List<String> folders(FilePlanes planes) {
    return planes.planes().stream().map(FilePlane::folder).toList();
  }

  private static FilePlanes planes(Path file, PlaneChoice choice) {
    return FilePlanes.of(file, choice, Progress.NONE);
  }

  private static PlaneReader.Read read(Path file, FilePlane plane) {
    return PlaneReader.read(file, plane, null, Progress.NONE);
  }

  @Test
  void imagesAreCalledByTheirNamesAndPlanesByTheirPlaces() throws IOException {
    Path file =
        file(
            "a.lif", "image Position_1 8 6 1 1 1", "image - 8 6 1 2 1", "image P\u00072 8 6 1 2 3");
    assertEquals(List.of("#1 Position 1", "#2", "#3 P 2"), texts(planes(file, PlaneChoice.SERIES)));
    assertEquals(List.of("s0001", "s0002", "s0003"), folders(planes(file, PlaneChoice.SERIES)));
    assertEquals(
        List.of(
            "#1 Position 1",
            "#2 z=1",
            "#2 z=2",
            "#3 P 2 z=1 t=1",
            "#3 P 2 z=2 t=1",
            "#3 P 2 z=1 t=2",
            "#3 P 2 z=2 t=2",
            "#3 P 2 z=1 t=3",
            "#3 P 2 z=2 t=3"),
        texts(planes(file, PlaneChoice.ALL)));
    assertEquals("s0003-z0002-t0003", folders(planes(file, PlaneChoice.ALL)).get(8));
    assertEquals(List.of(""), texts(planes(file, PlaneChoice.FIRST)));
  }

  @Test
  void imagesOfAPlateAreCalledByWellAndField() throws IOException {
    String[] lines = {
      "image a 8 6 1 1 1",
      "image b 8 6 1 1 1",
      "image c 8 6 1 1 1",
      "image label 8 6 1 1 1",
      "well 1 2 0 2",
      "well 27 11 1",
      "uses w1.tif",
      "uses w2.tif"
    };
    FilePlanes found = planes(file("plate.HTD", lines), PlaneChoice.SERIES);
    assertEquals(List.of("#1 B03 field 1", "#2 AB12", "#3 B03 field 2", "#4 label"), texts(found));
    assertEquals(Set.of(folder.resolve("w1.tif"), folder.resolve("w2.tif")), found.files());
  }

  /** Red and blue as the file says, each from its first plane's least to its largest value. */
  @Test
  void aPlaneIsTheCompositeOfItsChannels() throws IOException {
    Path file =
        file(
            "a.nd2",
            "image - 3 2 1 1 1",
            "image - 3 2 2 2 2",
            "colour 1 0 255 0 0",
            "colour 1 1 0 0 255",
            "pixel 1 0.5");
    FilePlane last = planes(file, PlaneChoice.ALL).planes().get(4);
    assertEquals("#2 z=2 t=2", last.text());
    PlaneReader.Read read;
    try (Printed printed = new Printed()) {
      read = read(file, last);
      assertEquals("", printed.text());
    }
    RgbPicture picture = read.input().picture();
    assertEquals("", read.leftOut());
    // Planes 6 and 7 of the image in the ranges of planes 0 and 1.
    int[][] expected = {shown(1000, 1600), shown(1100, 1700)};
    for (int i = 0; i < 6; i++) {
      assertEquals(expected[0][i], picture.get(i % 3, i / 3, 0), "red of " + i);
      assertEquals(0, picture.get(i % 3, i / 3, 1));
      assertEquals(expected[1][i], picture.get(i % 3, i / 3, 2), "blue of " + i);
    }
    assertEquals("a.nd2 #2 z=2 t=2", read.input().source().title());
    assertEquals(new StackPlace(0, 2, 2), read.input().source().place());
    assertEquals(0.5, read.input().source().calibration().pixelWidth);
    assertEquals("µm", read.input().source().calibration().getUnits());
  }

  /** What ImageJ shows of a plane in the range of the first. */
  private static int[] shown(int first, int base) {
    ShortProcessor pixels = new ShortProcessor(3, 2);
    for (int i = 0; i < 6; i++) {
      pixels.set(i, base + 10 * (i / 3) + i % 3);
    }
    pixels.setMinAndMax(first, first + 12);
    byte[] eight = (byte[]) pixels.convertToByte(true).getPixels();
    int[] shown = new int[6];
    for (int i = 0; i < 6; i++) {
      shown[i] = eight[i] & 0xff;
    }
    return shown;
  }

  @Test
  void withoutColoursOfItsOwnImageJsAreTaken() throws IOException {
    Path none = file("a.czi", "image - 3 2 2 1 1");
    Path same =
        file("b.czi", "image - 3 2 2 1 1", "colour 0 0 255 255 255", "colour 0 1 255 255 255");
    RgbPicture expected =
        read(none, planes(none, PlaneChoice.FIRST).planes().get(0)).input().picture();
    assertTrue(expected.get(2, 1, 0) > 200);
    assertEquals(expected.get(2, 1, 0), expected.get(2, 1, 1));
    assertEquals(0, expected.get(2, 1, 2));
    assertArrayEquals(
        expected.rgb(),
        read(same, planes(same, PlaneChoice.FIRST).planes().get(0)).input().picture().rgb());
  }

  @Test
  void whatIsLeftOutIsSaid() throws IOException {
    Path file = file("a.lif", "image - 3 2 9 4 3", "image - 3 2 1 1 1");
    assertEquals(
        "the first of 2 images, the first of 12 slices, the first of 9 channels",
        read(file, planes(file, PlaneChoice.FIRST).planes().get(0)).leftOut());
    assertEquals(
        List.of("the first of 12 slices, the first of 9 channels", ""),
        planes(file, PlaneChoice.SERIES).planes().stream()
            .map(plane -> read(file, plane).leftOut())
            .toList());
  }

  @Test
  void aFileStaysOpenForItsNextPlaneUntilAnotherIsOpened() throws IOException {
    Path a = file("a.lif", "image - 3 2 1 1 3");
    Path b = file("b.lif", "image - 3 2 1 1 1");
    planes(a, PlaneChoice.ALL).planes().forEach(plane -> read(a, plane));
    String first = System.getProperty(OPENED).replaceFirst("^closed ", ""); // of another test
    assertEquals("a.lif ", first);
    read(b, planes(b, PlaneChoice.ALL).planes().get(0));
    assertTrue(System.getProperty(OPENED).endsWith("a.lif closed b.lif "));
    JavaMemory.available(Long.MAX_VALUE);
    assertTrue(System.getProperty(OPENED).endsWith("b.lif closed "), "memory is short");
    Files.writeString(b, "image - 3 2 1 1 2\nimage - 3 2 1 1 2\n");
    assertEquals(4, planes(b, PlaneChoice.ALL).planes().size());
  }

  @Test
  void anOmeTiffIsReadByItWhereMoreThanItsFirstPlaneIsWanted() throws IOException {
    Path file = file("a.ome.TIF", "image - 3 2 1 1 1", "image - 3 2 1 1 1");
    assertEquals(List.of(FilePlane.FIRST), planes(file, PlaneChoice.FIRST).planes());
    assertEquals(List.of("#1", "#2"), texts(planes(file, PlaneChoice.SERIES)));
  }

  @ParameterizedTest
  @CsvSource({
    "fails Cannot find the index, Bio-Formats: Cannot find the index",
    "fails java.lang.Broken: null, damaged",
    "damaged, damaged",
    "image - 2000000 2000000 1 1 1, pixels",
    "image - 0 4 1 1 1, at least one pixel",
    "image - 3 4 1 2000 2000, planes"
  })
  void whatItCannotReadIsASentence(String line, String said) throws IOException {
    Path file = file("a.lif", line);
    InputException e =
        assertThrows(
            InputException.class,
            () -> planes(file, PlaneChoice.ALL).planes().forEach(plane -> read(file, plane)));
    PlainSentence.check(e.getMessage());
    assertTrue(e.getMessage().contains(said), e.getMessage());
    assertTrue(e.getMessage().contains("a.lif"), e.getMessage());
  }

  @Test
  void aFileThatWasReplacedByASmallerOneIsASentence() throws IOException {
    Path file = file("a.lif", "image - 3 2 1 1 1", "image - 3 2 1 1 1");
    FilePlane second = planes(file, PlaneChoice.ALL).planes().get(1);
    file("a.lif", "image - 3 2 1 1 1");
    InputException e = assertThrows(InputException.class, () -> read(file, second));
    PlainSentence.check(e.getMessage());
  }

  @Test
  void withoutItTheSentenceSaysWhereItIsToBeHad() throws IOException {
    Path file = file("a.lif", "image - 3 2 1 1 1");
    for (String variable : new String[] {null, "", " "}) {
      InputException e =
          assertThrows(InputException.class, () -> BioFormatsLibrary.find(variable, file));
      PlainSentence.check(e.getMessage());
      assertTrue(e.getMessage().contains("Fiji"), e.getMessage());
      assertTrue(e.getMessage().contains("VLM_BIO_FORMATS"), e.getMessage());
    }
    BioFormatsLibrary.find(jar.toString(), file);
  }

  @Test
  void aFolderOfJarsDoesAndAWrongOneIsSaid() throws IOException {
    BioFormatsLibrary.of(jars.toString());
    for (String wrong : List.of(folder.toString(), folder.resolve("no.jar").toString(), "\0")) {
      InputException e = assertThrows(InputException.class, () -> BioFormatsLibrary.of(wrong));
      assertFalse(e.getMessage().isEmpty());
    }
  }

  @Test
  void rowsOfPlatesGoOnBehindZ() {
    assertEquals("A", SeriesFile.letters(0));
    assertEquals("Z", SeriesFile.letters(25));
    assertEquals("AA", SeriesFile.letters(26));
    assertEquals("AF", SeriesFile.letters(31));
  }
}
