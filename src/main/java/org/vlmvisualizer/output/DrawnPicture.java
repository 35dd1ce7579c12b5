package org.vlmvisualizer.output;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.Joined;

/**
 * A picture with text as a PNG file, drawn while the files before it are written: Java begins to
 * draw text slowly.
 */
final class DrawnPicture implements AtomicFile.Writer {
  private final CompletableFuture<BufferedImage> picture;

  DrawnPicture(Supplier<BufferedImage> drawing) {
    picture = CompletableFuture.supplyAsync(drawing);
  }

  @Override
  public void write(Path file) throws IOException {
    PngFile.write(Joined.result(picture), file);
  }
}
