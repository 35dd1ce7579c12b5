package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.FileSaver;
import ij.process.ByteProcessor;
import ij.process.ColorProcessor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Pictures from files and addresses; one sentence and not a printed word where there is none. */
class ImageOpenerTest {
  @TempDir Path folder;

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(printed));
    System.setErr(new PrintStream(printed));
  }

  @AfterEach
  void nothingWasPrinted() {
    System.setOut(out);
    System.setErr(err);
    assertEquals("", printed.toString());
  }

  /** 3 x 2, one pixel 0x102030. */
  private static ImagePlus picture() {
    ColorProcessor colours = new ColorProcessor(3, 2);
    colours.set(2, 1, 0x102030);
    return new ImagePlus("", colours);
  }

  private Path save(String name) {
    Path file = folder.resolve(name);
    FileSaver saver = new FileSaver(picture());
    boolean saved =
        name.contains("png")
            ? saver.saveAsPng(file.toString())
            : name.contains("zip")
                ? saver.saveAsZip(file.toString())
                : name.contains("bmp")
                    ? saver.saveAsBmp(file.toString())
                    : name.contains("jpg")
                        ? saver.saveAsJpeg(file.toString())
                        : saver.saveAsTiff(file.toString());
    assertTrue(saved);
    return file;
  }

  private static void assertIsPicture(ImageInput input) {
    assertEquals(3, input.picture().width());
    assertEquals(2, input.picture().height());
    assertEquals(0x10, input.picture().get(2, 1, 0));
    assertEquals(0x20, input.picture().get(2, 1, 1));
    assertEquals(0x30, input.picture().get(2, 1, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.tif", "a.bmp", "a.zip", "naïve name 1.png"})
  void opensFiles(String name) {
    Path file = save(name);
    assertIsPicture(ImageInput.open(file.toString()));
    assertIsPicture(ImageInput.open(file.toUri().toString()));
  }

  @Test
  void opensJpeg() {
    assertEquals(3, ImageInput.open(save("a.jpg").toString()).picture().width());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tif", "a.jpg"})
  void saysThatAFileIsCutShort(String name) throws IOException {
    Path file = save(name);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    assertRefused(file.toString(), "cut short");
  }

  @Test
  void ignoresAStoredSelection() {
    ImagePlus image = new ImagePlus("", new ByteProcessor(9, 5));
    image.setRoi(1, 1, 2, 2);
    String file = folder.resolve("roi.tif").toString();
    new FileSaver(image).saveAsTiff(file);
    assertEquals(9, ImageInput.open(file).picture().width());
    ImageInput part = ImageInput.open(file, new Roi(3, 2, 4, 9), Progress.NONE);
    assertEquals(4, part.picture().width());
    assertEquals(3, part.picture().height());
    assertEquals(3, part.source().originX());
  }

  @Test
  void opensAddresses() throws IOException {
    byte[] png = Files.readAllBytes(save("a.png"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          int status = path.equals("/moved") ? 302 : path.equals("/no.png") ? 404 : 200;
          exchange.getResponseHeaders().set("Location", "/a.png");
          byte[] body = path.equals("/page.png") ? "<html>Sign in</html>".getBytes() : png;
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String root = "http://127.0.0.1:" + server.getAddress().getPort();
      ImageInput input = ImageInput.open(root + "/cells.png");
      assertIsPicture(input);
      assertEquals("cells.png", input.source().title());
      assertIsPicture(ImageInput.open(root + "/image?id=7&size=full"));
      assertIsPicture(ImageInput.open(root + "/moved"));
      assertIsPicture(ImageInput.open(root + "/"));
      assertRefused(root + "/no.png", "status 404");
      assertRefused(root + "/page.png", "Expected a picture that ImageJ can read");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void saysThatNobodyAnswers() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertRefused("http://127.0.0.1:" + port + "/a.png", "could not be fetched");
  }

  @Test
  void saysWhatIsWrongWithAPath() {
    assertRefused(null, "Expected the path or address");
    assertRefused("  ", "Expected the path or address");
    assertRefused(folder.resolve("none.png").toString(), "There is no file");
    assertRefused(folder.resolve("none.png").toUri().toString(), "There is no file");
    assertRefused(folder.toString(), "Expected a picture file, found the folder");
    assertRefused("http:///a.png", "Expected an address like https://");
    assertRefused("https://", "Expected an address like https://");
    assertRefused("file:relative.png", "Expected an address like file://");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.txt", "a.tif", "a.png", "a.jpg", "a.gif", "a.bmp", "a.dcm", "a.zip", "a.avi", "a.lut",
        "a.csv", "a.raw", "a.pgm", "a.fits", "a", "a.roi", "a.java"
      })
  void saysThatAFileIsNoPicture(String name) throws IOException {
    Path file = folder.resolve(name);
    byte[] start =
        switch (name) {
          case "a.tif" -> new byte[] {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0};
          case "a.png" -> new byte[] {(byte) 137, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0};
          case "a.jpg" -> new byte[] {(byte) 255, (byte) 216, (byte) 255, (byte) 224, 0, 16, 'J'};
          case "a.gif" -> "GIF89a".getBytes();
          case "a.bmp" -> new byte[] {'B', 'M', 0, 0, 0, 1, 2, 3, 4};
          case "a.pgm" -> "P5\n".getBytes();
          case "a.fits" -> "SIMPLE  = ".getBytes();
          case "a.roi" -> "Iout".getBytes();
          default -> "These are words.".getBytes();
        };
    Files.write(file, start);
    assertRefused(file.toString(), "");
    Files.write(file, new byte[0]);
    assertRefused(file.toString(), "");
  }

  private static void assertRefused(String pathOrUrl, String words) {
    String message =
        assertThrows(InputException.class, () -> ImageInput.open(pathOrUrl)).getMessage();
    assertTrue(message.contains(words), message);
    assertFalse(message.contains("\n"), message);
  }
}
