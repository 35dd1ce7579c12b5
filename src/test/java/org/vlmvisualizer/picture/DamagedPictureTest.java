package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Files that would keep ImageJ busy for minutes or for ever end in a sentence within seconds. */
class DamagedPictureTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);

  @TempDir Path folder;

  private String refusal(Path file) {
    String message =
        assertTimeoutPreemptively(
            SECONDS,
            () ->
                assertThrows(
                        InputException.class,
                        () ->
                            ImageOpener.open(
                                file.toString(), Progress.NONE, image -> image.getTitle()))
                    .getMessage());
    PlainSentence.check(message.replace(folder.toString(), ""));
    return message;
  }

  private Path write(String name, byte[] bytes) throws Exception {
    return Files.write(folder.resolve(name), bytes);
  }

  /** An 8-bit TIFF of 4 x 4 pixels with entries of one's own. */
  private static ByteBuffer tiff(int next, int[]... more) {
    int[][] entries = {
      {256, 4, 1, 4}, {257, 4, 1, 4}, {258, 4, 1, 8}, {259, 4, 1, 1}, {277, 4, 1, 1}
    };
    ByteBuffer out = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x002a4949).putInt(8).putShort((short) (entries.length + more.length));
    for (int[][] all : new int[][][] {entries, more}) {
      for (int[] entry : all) {
        out.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]).putInt(entry[3]);
      }
    }
    return out.putInt(next);
  }

  private static final int[] STRIP = {273, 4, 1, 200};
  private static final int[] STRIP_BYTES = {279, 4, 1, 16};

  @Test
  void pagesInACircle() throws Exception {
    assertTrue(refusal(write("a.tif", tiff(8, STRIP, STRIP_BYTES).array())).contains("circle"));
    // A circle of two, and one whose directories overlap without meeting again.
    byte[] two = tiff(200, STRIP, STRIP_BYTES).array();
    ByteBuffer.wrap(two).order(ByteOrder.LITTLE_ENDIAN).putShort(200, (short) 1).putInt(214, 8);
    assertTrue(refusal(write("b.tif", two)).contains("circle"));
  }

  @ParameterizedTest
  @CsvSource({
    "273, 4, 2147483647",
    "273, 4, 1000000000",
    "279, 3, 2000000000",
    "50838, 4, 1500000000",
    "270, 2, 2147483647"
  })
  void arraysBeyondTheEnd(int tag, int type, int count) throws Exception {
    byte[] file = tiff(0, STRIP, STRIP_BYTES, new int[] {tag, type, count, 100}).array();
    assertTrue(refusal(write("a.tif", file)).contains("ends too early"));
  }

  /** Whole files, of which ImageJ shows noise or wrong colours. */
  @ParameterizedTest
  @CsvSource({
    "259, 7, JPEG compression",
    "262, 6, YCbCr",
    "262, 8, CIELab",
    "317, 3, floating point predictor"
  })
  void storedAsImageJMisreads(int tag, int value, String told) throws Exception {
    for (int type : new int[] {3, 4}) {
      int[] entry = {tag, type, 1, value};
      byte[] file = tiff(0, STRIP, STRIP_BYTES, entry).array();
      assertTrue(refusal(write("a.tif", file)).contains(told));
    }
  }

  /** As below a folder that may not be entered, which root cannot have. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatCannotBeLookedForIsNotSaidToBeMissing() throws Exception {
    String message = refusal(write("a.png", new byte[1]).resolve("b.png"));
    assertTrue(message.contains("cannot be read (Not a directory"), message);
  }

  @Test
  void pixelsBeyondMemory() throws Exception {
    ByteBuffer big = tiff(0, STRIP, STRIP_BYTES);
    big.putInt(18, 40_000).putInt(30, 50_000); // width and height
    assertTrue(refusal(write("a.tif", big.array())).matches("(Not enough memory|Expected).*"));
    big.putInt(18, Integer.MAX_VALUE).putInt(30, Integer.MAX_VALUE);
    assertTrue(refusal(write("a.tif", big.array())).contains("at most"));
  }

  private static byte[] bmp(int width, int height, int bits, int colours) {
    ByteBuffer out = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) 0x4d42).putInt(100).putInt(0).putInt(54).putInt(40);
    out.putInt(width).putInt(height).putShort((short) 1).putShort((short) bits).putInt(0);
    return out.putInt(46, colours).array();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2147483647, 24, 0",
    "65536, 65536, 24, 0",
    "2147483647, 1, 8, 0",
    "1, -2147483648, 32, 0",
    "4, 4, 8, 2000000000",
    "4, 0, 24, 0"
  })
  void bitmaps(int width, int height, int bits, int colours) throws Exception {
    refusal(write("a.bmp", bmp(width, height, bits, colours)));
  }

  @ParameterizedTest
  @CsvSource({"P5 4 0 255", "P5 0 4 255", "P6 4 4 0", "P5 2000000000 2000000000 255", "P2 4 4 255"})
  void portableMaps(String header) throws Exception {
    refusal(write("a.pgm", (header + "\n").getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void manyFramesOfAGif() throws Exception {
    ByteBuffer out = ByteBuffer.allocate(100_000).order(ByteOrder.LITTLE_ENDIAN);
    out.put("GIF89a".getBytes(StandardCharsets.US_ASCII)).putShort((short) 20_000);
    out.putShort((short) 20_000).put((byte) 0x80).putShort((short) 0).put(new byte[6]);
    while (out.remaining() > 20) {
      out.put((byte) 0x2c).putInt(0).putShort((short) 1).putShort((short) 1).put((byte) 0);
      out.put(new byte[] {2, 2, 0x44, 1, 0});
    }
    out.put((byte) 0x3b);
    assertTrue(refusal(write("a.gif", out.array())).startsWith("Not enough memory"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void pipesDevicesAndSockets() throws Exception {
    Path pipe = folder.resolve("a.tif");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertTrue(refusal(pipe).contains("a pipe, a socket or a device"));
    assertTrue(refusal(Path.of("/dev/zero")).contains("a pipe, a socket or a device"));
    Path socket = folder.resolve("b.tif");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertTrue(refusal(socket).contains("a pipe, a socket or a device"));
    }
    Path link = Files.createSymbolicLink(folder.resolve("c.tif"), pipe);
    assertTrue(refusal(link).contains("a pipe, a socket or a device"));
  }

  /** Whatever takes long: the user is heard, and the next picture opens. */
  @Test
  void aCancelIsHeardWhileAFileIsRead() throws Exception {
    Path file = PictureFiles.write(folder, "rgb.tif");
    Progress cancel =
        (stage, done, total) -> {
          throw new CancellationException("enough");
        };
    assertTimeoutPreemptively(
        SECONDS,
        () ->
            assertThrows(
                CancellationException.class,
                () -> ImageOpener.open(file.toString(), cancel, image -> sleep())));
    assertEquals(
        "rgb.tif", ImageOpener.open(file.toString(), Progress.NONE, image -> image.getTitle()));
  }

  @Test
  void aFileThatTakesTooLongIsGivenUp() throws Exception {
    Path file = PictureFiles.write(folder, "rgb.tif");
    Limits limits = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20);
    String message =
        assertTimeoutPreemptively(
            SECONDS,
            () ->
                assertThrows(
                        InputException.class,
                        () ->
                            new ImageOpener(Progress.NONE, limits)
                                .open(file.toString(), image -> sleep()))
                    .getMessage());
    assertTrue(message.contains("within 1 seconds"), message);
  }

  private static String sleep() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }
}
