package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Roi;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.LUT;
import ij.process.ShortProcessor;
import java.awt.Color;
import java.io.File;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.AttentionResult;

/** Which result a picture has: its own, or none. */
class LastResultTest {
  private static RoiRuns runs;
  @TempDir static Path folder;

  @BeforeAll
  static void open() throws Exception {
    runs = new RoiRuns(folder);
  }

  @AfterAll
  static void dispose() {
    runs.close();
  }

  @BeforeEach
  void forget() {
    runs.reset();
    LastResult.forget();
  }

  /** Of one size, and different for each brightness. */
  private static ImagePlus picture(String title, int brightness) {
    ShortProcessor pixels = new ShortProcessor(40, 30);
    pixels.setColor(brightness);
    pixels.fill(new Roi(20, 5, 15, 10));
    return new ImagePlus(title, pixels);
  }

  private static AttentionResult ask(ImagePlus image, Object... options) throws Exception {
    Object[] all = new Object[options.length + 2];
    all[0] = "image";
    all[1] = image;
    System.arraycopy(options, 0, all, 2, options.length);
    AttentionResult result = AttentionResult.of(runs.runs.run(all).heatmaps());
    Analyzer.setResultsTable(null);
    return result;
  }

  private static void assertIs(AttentionResult expected, ImagePlus image) {
    assertSame(expected.maps(), LastResult.of(image).maps());
  }

  private static String refusal(ImagePlus image) {
    String sentence = assertThrows(InputException.class, () -> LastResult.of(image)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void picturesOfOneSizeHaveEachTheirOwn() throws Exception {
    ImagePlus a = picture("a.tif", 1000);
    ImagePlus b = picture("b.tif", 2000);
    ask(a);
    b.setRoi(new Roi(3, 4, 15, 16));
    String reason = runs.refusal("image", b);
    assertTrue(reason.contains("found b.tif, which was not asked about"), reason);
    File report = folder.resolve("report.html").toFile();
    Map<String, Object> options = Map.of("image", b, "report", report);
    TokenExplorer explorer =
        (TokenExplorer)
            runs.runs
                .context
                .service(CommandService.class)
                .run(TokenExplorer.class, true, options)
                .get()
                .getDelegateObject();
    assertEquals(reason, explorer.getCancelReason());
    assertFalse(report.exists());
    ask(b);
    a.setRoi(new Roi(3, 4, 15, 16));
    ResultsTable table = runs.measure("image", a, "output", folder.resolve("a").toFile());
    assertEquals("a.tif", table.getStringValue("picture", 0));
    for (String file : new String[] {"roi-attention.csv", "roi-words.csv", "roi-tokens.csv"}) {
      String row = Files.readAllLines(folder.resolve("a").resolve(file)).get(1);
      assertTrue(row.contains(",a.tif,"), row);
    }
    assertEquals("b.tif", runs.measure("image", b).getStringValue("picture", 0));
  }

  @Test
  void aPictureIsKnownByItsPixels() throws Exception {
    ImagePlus asked = picture("a.tif", 1000);
    AttentionResult result = ask(asked);
    asked.setTitle("renamed");
    assertIs(result, asked);
    asked.setDisplayRange(0, 99);
    asked.setLut(LUT.createLutFromColor(Color.RED));
    assertIs(result, asked);
    IJ.saveAsTiff(asked, folder.resolve("asked.tif").toString());
    assertIs(result, IJ.openImage(folder.resolve("asked.tif").toString()));
    assertIs(result, asked.duplicate());
    asked.getProcessor().set(0, 0, 7);
    assertTrue(refusal(asked).contains("has changed since it was asked about"));
    asked.getProcessor().set(0, 0, 0);
    assertIs(result, asked);
  }

  @Test
  void aPartOfThePictureIsAskedAbout() throws Exception {
    ImagePlus asked = picture("a.tif", 1000);
    asked.setRoi(10, 5, 20, 20);
    AttentionResult part = ask(asked);
    asked.deleteRoi();
    assertIs(part, asked);
    AttentionResult whole = ask(asked);
    assertNotSame(part, whole);
    assertIs(whole, asked);
    asked.setRoi(10, 5, 20, 20);
    refusal(asked.crop());
  }

  private static ImagePlus stack() {
    ImageStack stack = new ImageStack(40, 30);
    for (int i = 1; i <= 3; i++) {
      stack.addSlice(picture("", 1000 * i).getProcessor());
    }
    ImagePlus image = new ImagePlus("movie.tif", stack);
    image.setDimensions(1, 1, 3);
    return image;
  }

  @Test
  void aSliceHasItsOwn() throws Exception {
    ImagePlus movie = stack();
    movie.setSlice(2);
    AttentionResult second = ask(movie);
    assertIs(second, movie);
    movie.setSlice(3);
    assertTrue(refusal(movie).contains("shows another slice"));
    ask(movie, "stack", "frames");
    for (int t = 3; t >= 1; t--) {
      movie.setSlice(t);
      assertEquals("movie.tif t=" + t, LastResult.of(movie).source().title());
    }
  }

  @Test
  void figuresHaveAResultButNoPlacesOfThePicture() throws Exception {
    AttentionResult a = ask(picture("a.tif", 1000));
    ask(picture("b.tif", 2000));
    for (ImagePlus figure : new ImagePlus[] {a.montageImage(), a.matrixImage()}) {
      assertIs(a, figure);
      figure.setRoi(1, 1, 9, 9);
      String reason = runs.refusal("image", figure);
      assertTrue(reason.contains("found them on " + figure.getTitle()), reason);
    }
  }

  @Test
  void withNoImageOpenTheNewestCounts() throws Exception {
    assertTrue(refusal(null).startsWith("Expected a result, found none."));
    ask(picture("a.tif", 1000));
    AttentionResult newest = ask(picture("b.tif", 2000));
    assertIs(newest, null);
  }

  @Test
  void doesNotKeepImagesThatAreClosed() throws Exception {
    ImagePlus image = picture("a.tif", 1000);
    ask(image);
    WeakReference<ImagePlus> closed = new WeakReference<>(image);
    image = null;
    CommandRuns.closeAllImages();
    ij.macro.Interpreter.batchMode = true;
    ask(picture("b.tif", 2000));
    for (int i = 0; i < 50 && closed.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(closed.get());
  }
}
