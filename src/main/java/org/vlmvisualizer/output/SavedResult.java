package org.vlmvisualizer.output;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.io.Opener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.PatchGrid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Reads a folder that {@link AttentionResult#write} wrote. The whole-sequence matrix is not read.
 */
public final class SavedResult {
  private static final long MAX_JSON = 64L << 20;

  private SavedResult() {}

  /**
   * @throws InputException if the folder holds no whole result
   */
  public static AttentionResult read(Path folder) {
    Path json = folder.resolve(ResultFiles.RUN);
    if (!Files.isRegularFile(json)) {
      throw new InputException(
          "Expected a folder with a saved result, found no %s in %s. Choose one that was given as output."
              .formatted(ResultFiles.RUN, folder));
    }
    try {
      if (Files.size(json) > MAX_JSON) {
        throw new IOException(ResultFiles.RUN + " is too large");
      }
      JsonObject run = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
      return read(folder, run);
    } catch (IOException e) {
      throw unreadable(folder, e.getMessage(), e);
    } catch (RuntimeException e) {
      throw unreadable(folder, "a file in it is damaged", e);
    }
  }

  private static InputException unreadable(Path folder, String reason, Exception cause) {
    return new InputException(
        "The result in %s cannot be read (%s). Ask the question again, or choose another folder."
            .formatted(folder, reason),
        cause);
  }

  private static AttentionResult read(Path folder, JsonObject run) throws IOException {
    JsonObject image = run.remove("image").getAsJsonObject();
    PatchGrid grid = ResultJson.grid(run.remove("grid").getAsJsonObject());
    String method = run.getAsJsonObject("options").get("method").getAsString();
    AttributionMap map = new AttributionMap(method, patches(folder.resolve(ResultFiles.PATCHES)));
    TokenMaps maps = ResultJson.maps(run.remove("tokens").getAsJsonArray(), grid, map);
    run.remove("files");
    RgbPicture picture = picture(folder.resolve(ResultFiles.PICTURE), grid);
    return new AttentionResult(
        maps,
        picture,
        ResultJson.source(image),
        Upsampling.parse(image.get("upsampling").getAsString()),
        run.get("answer").getAsString(),
        List.of(),
        null,
        null,
        run);
  }

  private static float[][] patches(Path file) throws IOException {
    ImagePlus stack = new Opener().openTiff(file.getParent() + "/", file.getFileName().toString());
    if (stack == null || stack.getBitDepth() != 32) {
      throw new IOException(file.getFileName() + " is no stack of 32-bit maps");
    }
    float[][] values = new float[stack.getStackSize()][];
    for (int t = 0; t < values.length; t++) {
      values[t] = (float[]) stack.getStack().getPixels(t + 1);
    }
    return values;
  }

  private static RgbPicture picture(Path file, PatchGrid grid) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    int width = grid.sourceWidth();
    int height = grid.sourceHeight();
    if (image == null || image.getWidth() != width || image.getHeight() != height) {
      throw new IOException(
          "%s is no picture of %d x %d pixels".formatted(file.getFileName(), width, height));
    }
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width];
    int next = 0;
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int colour : row) {
        rgb[next++] = (byte) (colour >> 16);
        rgb[next++] = (byte) (colour >> 8);
        rgb[next++] = (byte) colour;
      }
    }
    return new RgbPicture(width, height, rgb);
  }
}
