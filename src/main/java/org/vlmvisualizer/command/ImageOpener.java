package org.vlmvisualizer.command;

import ij.IJ;
import ij.ImagePlus;
import ij.io.Opener;
import ij.plugin.AVI_Reader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import org.vlmvisualizer.core.InputException;

/**
 * Opens picture files and addresses with ImageJ, in silence. An address is fetched to a temporary
 * file first: ImageJ then tells the format from the first bytes and not from the address.
 */
final class ImageOpener {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private ImageOpener() {}

  /**
   * Opens a picture and uses it while the file is there (a movie is read frame by frame).
   *
   * @throws InputException in one sentence, if there is no picture
   */
  static <T> T open(String pathOrUrl, Function<ImagePlus, T> use) {
    if (pathOrUrl == null || pathOrUrl.isBlank()) {
      throw new InputException("Expected the path or address of a picture, found none.");
    }
    String text = pathOrUrl.strip();
    String scheme = text.split(":", 2)[0].toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "http", "https" -> openAddress(address(text), use);
      case "file" -> openFile(fileAddress(text), use);
      default -> openFile(path(text), use);
    };
  }

  private static <T> T openAddress(URI address, Function<ImagePlus, T> use) {
    String path = address.getPath() == null ? "" : address.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    try {
      Path folder = Files.createTempDirectory("picture");
      // Some formats are told by the end of the name, and the name becomes the image's title.
      Path file = folder.resolve(name.isBlank() ? "picture" : name.replaceAll("[^\\w. -]", "_"));
      try {
        fetch(address, file);
        return use.apply(read(file, address.toString()));
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new InputException(
          "%s could not be fetched (%s). Check the address and the network."
              .formatted(address, e.getMessage() == null ? e.getClass().getSimpleName() : e),
          e);
    }
  }

  private static void fetch(URI address, Path file) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(TIMEOUT)
            .build();
    HttpRequest request = HttpRequest.newBuilder(address).timeout(TIMEOUT).build();
    try {
      int status = client.send(request, HttpResponse.BodyHandlers.ofFile(file)).statusCode();
      if (status != 200) {
        throw new InputException(
            "Expected a picture at %s, the server answered with status %d. Check the address."
                .formatted(address, status));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static <T> T openFile(Path file, Function<ImagePlus, T> use) {
    if (!Files.exists(file)) {
      throw new InputException("There is no file %s. Check the path.".formatted(file));
    }
    if (Files.isDirectory(file)) {
      throw new InputException(
          "Expected a picture file, found the folder %s. Name one of its files.".formatted(file));
    }
    if (!Files.isReadable(file)) {
      throw new InputException(
          "The file %s may not be read. Check its permissions.".formatted(file));
    }
    return use.apply(read(file, file.toString()));
  }

  private static ImagePlus read(Path file, String shownAs) {
    ImagePlus image = null;
    Exception cause = null;
    boolean cutShort = false;
    try {
      cutShort = CutShort.jpeg(file);
      image = cutShort ? null : inSilence(file.toAbsolutePath().toString());
      cutShort |= image != null && CutShort.tiff(image.getOriginalFileInfo(), Files.size(file));
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "Not enough memory to open %s: Java may use %,d MB in all. Give it more, as with -Xmx8g."
              .formatted(shownAs, Runtime.getRuntime().maxMemory() >> 20),
          e);
    } catch (IOException | RuntimeException e) {
      cause = e;
    }
    if (cutShort) {
      throw new InputException(
          "Expected a whole picture, found one cut short in %s. Copy or download it again."
              .formatted(shownAs));
    }
    if (image == null || image.getWidth() < 1) {
      throw new InputException(
          ("Expected a picture that ImageJ can read (such as TIFF, PNG, JPEG, BMP, GIF, DICOM), found"
                  + " something else in %s. Open it in another program and save it as TIFF or PNG.")
              .formatted(shownAs),
          cause);
    }
    return image;
  }

  /** Null where ImageJ cannot read it. ImageJ's readers print what they dislike: not here. */
  private static synchronized ImagePlus inSilence(String path) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    boolean redirected = IJ.redirectingErrorMessages();
    try {
      System.setOut(nowhere);
      System.setErr(nowhere);
      IJ.redirectErrorMessages(true);
      Opener opener = new Opener();
      opener.setSilentMode(true);
      // The opener would ask with a dialog how to read a movie.
      return opener.getFileType(path) == Opener.AVI
          ? AVI_Reader.openVirtual(path)
          : opener.openImage(path);
    } finally {
      IJ.redirectErrorMessages(redirected);
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static URI address(String text) {
    try {
      URI address = new URI(text.replace(" ", "%20"));
      if (address.getHost() != null) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Said below: an address without a host reads no better.
    }
    throw new InputException(
        "Expected an address like https://host/picture.png, found %s.".formatted(text));
  }

  private static Path fileAddress(String text) {
    try {
      return Path.of(new URI(text.replace(" ", "%20")));
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      throw new InputException(
          "Expected an address like file:///folder/picture.png, found %s.".formatted(text), e);
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException("Expected a path, found %s.".formatted(text), e);
    }
  }
}
