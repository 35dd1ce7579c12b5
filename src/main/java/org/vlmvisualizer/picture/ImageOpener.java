package org.vlmvisualizer.picture;

import ij.ImagePlus;
import ij.io.FileInfo;
import ij.io.Opener;
import ij.plugin.AVI_Reader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/**
 * Opens picture files and addresses with ImageJ, in silence. An address is fetched to a temporary
 * file first: ImageJ then tells the format from the first bytes and not from the address.
 */
public final class ImageOpener {
  private static final LastOpened<ImagePlus> STACK = new LastOpened<>(ImagePlus::flush);

  private final Limits limits;
  private final Progress progress;

  ImageOpener(Progress progress, Limits limits) {
    this.progress = progress;
    this.limits = limits;
  }

  /**
   * Opens a picture and uses it while the file is there (a movie is read frame by frame).
   *
   * @param progress may cancel
   * @param use called on a thread of its own
   * @throws InputException in one sentence, if there is no picture
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public static <T> T open(String pathOrUrl, Progress progress, Function<ImagePlus, T> use) {
    return new ImageOpener(progress, Limits.USUAL).open(pathOrUrl, use);
  }

  /**
   * Uses a file's image as {@link #open} does. It stays open for a while if it has several planes
   * and they are in memory, so that {@code use} may scroll it, but nothing else.
   *
   * @throws InputException as {@link #open}
   */
  static <T> T planes(Path file, Progress progress, Function<ImagePlus, T> use) {
    ImageOpener opener = new ImageOpener(progress, Limits.USUAL);
    String shownAs = file.toString();
    return opener.guarded(shownAs, () -> opener.usePlanes(file.toAbsolutePath(), shownAs, use));
  }

  private <T> T usePlanes(Path file, String shownAs, Function<ImagePlus, T> use)
      throws IOException {
    checkFile(file, shownAs);
    LastOpened.Key key = LastOpened.Key.of(file);
    ImagePlus open = STACK.take(key);
    if (open == null) {
      return readAny(file, shownAs, image -> use(image, key, use));
    }
    return use(open, key, use);
  }

  private static <T> T use(ImagePlus image, LastOpened.Key key, Function<ImagePlus, T> use) {
    T used = use.apply(image);
    if (image.getStackSize() > 1 && !image.getStack().isVirtual()) {
      STACK.keep(key, image);
    }
    return used;
  }

  /**
   * Reads some of a file in another way, with the same sentences where there is no file, and within
   * the same time.
   *
   * @throws InputException as {@link #open}
   */
  static <T> T look(Path file, Progress progress, Callable<T> read) {
    ImageOpener opener = new ImageOpener(progress, Limits.USUAL);
    String shownAs = file.toString();
    return opener.guarded(
        shownAs,
        () -> {
          checkFile(file.toAbsolutePath(), shownAs);
          return read.call();
        });
  }

  <T> T open(String pathOrUrl, Function<ImagePlus, T> use) {
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

  private <T> T openAddress(URI address, Function<ImagePlus, T> use) {
    String path = address.getPath() == null ? "" : address.getPath();
    try (TemporaryPicture fetched = TemporaryPicture.of(path)) {
      new Download(address, limits).to(fetched, progress);
      return open(fetched.file(), address.toString(), use);
    } catch (IOException e) {
      throw new InputException(
          "%s could not be fetched (%s). Check the address and the network."
              .formatted(address, FileTrouble.reason(e)),
          e);
    }
  }

  private <T> T openFile(Path file, Function<ImagePlus, T> use) {
    return open(file.toAbsolutePath(), file.toString(), use);
  }

  private <T> T open(Path file, String shownAs, Function<ImagePlus, T> use) {
    STACK.drop();
    return guarded(shownAs, () -> readAny(file, shownAs, use));
  }

  /** In silence, within the time, and with memory and disk told in a sentence. */
  private <T> T guarded(String shownAs, Callable<T> read) {
    long start = System.nanoTime();
    Runnable poll =
        () -> {
          progress.update("opening", 0, 1);
          if (System.nanoTime() - start > limits.time().toNanos()) {
            throw new InputException(
                "%s could not be opened within %d seconds. Copy it to a disk of this computer."
                    .formatted(shownAs, limits.time().toSeconds()));
          }
        };
    try (Silence silence = new Silence()) {
      return Abandonable.run(read, poll);
    } catch (OutOfMemoryError e) {
      throw Size.tooLarge(shownAs, "");
    } catch (IOException e) {
      throw new InputException(
          "%s cannot be read (%s). Check the file and its permissions."
              .formatted(shownAs, FileTrouble.reason(e)),
          e);
    }
  }

  private <T> T readAny(Path file, String shownAs, Function<ImagePlus, T> use) throws IOException {
    checkFile(file, shownAs);
    try (TemporaryPicture inside = TemporaryPicture.inside(file, shownAs, limits)) {
      return use.apply(read(inside == null ? file : inside.file(), shownAs));
    }
  }

  private static void checkFile(Path file, String shownAs) throws IOException {
    if (FileTrouble.isHidden(file)) {
      Files.size(file); // says why
    }
    if (!Files.exists(file)) {
      throw new InputException("There is no file %s. Check the path.".formatted(shownAs));
    }
    if (Files.isDirectory(file)) {
      if (FileKinds.isZarr(file.getFileName().toString())) {
        throw FileKinds.zarrRefusal(shownAs);
      }
      throw new InputException(
          "Expected a picture file, found the folder %s. Name one of its files."
              .formatted(shownAs));
    }
    // Reading a pipe waits for a writer, and a device may have no end.
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "Expected a picture file, found a pipe, a socket or a device: %s. Name a file."
              .formatted(shownAs));
    }
    if (!Files.isReadable(file)) {
      throw new InputException(
          "Expected to read the file %s, but that is not permitted. Check its permissions."
              .formatted(shownAs));
    }
  }

  private static ImagePlus read(Path file, String shownAs) throws IOException {
    PictureCheck.check(file, shownAs);
    ImagePlus image = null;
    RuntimeException cause = null;
    try {
      image = read(file.toString());
    } catch (RuntimeException e) {
      cause = e;
    }
    if (image == null || image.getWidth() < 1 || image.getHeight() < 1) {
      throw new InputException(
          "Expected a picture that ImageJ can read (such as TIFF, PNG, JPEG, BMP, GIF, DICOM), found something else in %s. Open it in another program and save it as TIFF or PNG."
              .formatted(shownAs),
          cause);
    }
    FileInfo info = image.getOriginalFileInfo();
    if (info != null && (info.fileFormat == FileInfo.DICOM || info.fileFormat == FileInfo.FITS)) {
      RawPixels.check(info, Files.size(file), shownAs);
    }
    return image;
  }

  /** Null where ImageJ cannot read it. */
  private static ImagePlus read(String path) {
    Opener opener = new Opener();
    opener.setSilentMode(true);
    // The opener would ask with a dialog how to read a movie.
    return opener.getFileType(path) == Opener.AVI
        ? AVI_Reader.openVirtual(path)
        : opener.openImage(path);
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
