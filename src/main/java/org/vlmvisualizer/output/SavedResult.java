package org.vlmvisualizer.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.core.ViewMaps;
import org.vlmvisualizer.json.StrictJson;

/**
 * Reads a folder that {@link AttentionResult#write} wrote. The whole-sequence matrix is not read; a
 * picture that was not saved ({@link SavedFiles#MAPS}) has its size alone.
 */
public final class SavedResult {
  private static final long MAX_JSON = 64L << 20;
  private static final List<String> PIXELS =
      List.of(ResultFiles.HEATMAPS, ResultFiles.PATCHES, ResultFiles.PICTURE);

  private SavedResult() {}

  /**
   * @param folder of a result; of one that was packed, the folder that it had, or the pack with its
   *     name behind
   * @throws InputException if there is no whole result
   */
  public static AttentionResult read(Path folder) {
    if (Files.isRegularFile(folder.resolve(ResultFiles.RUN))) {
      return read(folder, folder);
    }
    return ResultPacks.find(folder, SavedResult::readPacked)
        .orElseThrow(
            () ->
                new InputException(
                    "Expected a folder with a saved result, found no %s in %s. Choose one that was given as output."
                        .formatted(ResultFiles.RUN, folder)));
  }

  /** By way of a temporary folder. */
  private static AttentionResult readPacked(ResultPack pack, String name) {
    Path at = pack.file().resolve(name);
    try {
      Path folder = Files.createTempDirectory("result");
      try {
        pack.unpack(name, folder);
        return read(folder, at);
      } finally {
        FileTree.delete(folder);
      }
    } catch (IOException e) {
      throw unreadable(at, FileTrouble.reason(e), e);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unreadable(at, "a file in it is damaged", e);
    }
  }

  /**
   * @param shown where people know it from
   */
  private static AttentionResult read(Path folder, Path shown) {
    try {
      JsonObject run = parse(ResultPlace.of(folder));
      if (!SavedFiles.MAPS.areIn(run)) {
        throw withoutMaps(shown);
      }
      return read(folder, run);
    } catch (InputException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw unreadable(shown, e.getFile() + " is missing", e);
    } catch (IOException e) {
      throw unreadable(shown, FileTrouble.reason(e), e);
    } catch (RuntimeException e) {
      throw unreadable(shown, "a file in it is damaged", e);
    }
  }

  /**
   * The result that an image's pixels are of if it was opened from a file of a saved result, be
   * they maps, patches or the picture; null if it was not.
   *
   * @throws InputException if the rest of the result cannot be read
   */
  public static AttentionResult openedFrom(ImagePlus image) {
    return folder(image, PIXELS).map(SavedResult::read).orElse(null);
  }

  /**
   * Whether an image was opened from the maps of a saved result, from which no picture is known.
   */
  public static boolean isMaps(ImagePlus image) {
    return folder(image, List.of(ResultFiles.HEATMAPS, ResultFiles.PATCHES)).isPresent();
  }

  /** The folder of the saved result that an image was opened from, if its file has such a name. */
  private static Optional<Path> folder(ImagePlus image, List<String> names) {
    return Optional.ofNullable(image.getOriginalFileInfo())
        .filter(file -> file.directory != null && names.contains(file.fileName))
        .map(file -> Path.of(file.directory))
        .filter(folder -> Files.isRegularFile(folder.resolve(ResultFiles.RUN)));
  }

  /**
   * How a result came about, if the folder holds all files of it.
   *
   * @return what run.json says, with an answer and its tokens; or empty if it or a file that it
   *     lists is missing, empty or damaged
   */
  public static Optional<JsonObject> run(Path folder) {
    return run(ResultPlace.of(folder));
  }

  static Optional<JsonObject> run(ResultPlace place) {
    try {
      if (place.size(ResultFiles.RUN) == 0) {
        return Optional.empty();
      }
      JsonObject run = parse(place);
      for (JsonElement name : run.getAsJsonArray("files")) {
        if (place.size(name.getAsString()) == 0) {
          return Optional.empty();
        }
      }
      run.get("answer").getAsString(); // throws where people have edited it away
      run.getAsJsonArray("tokens").size();
      return Optional.of(run);
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // damaged, so not whole
    }
  }

  private static JsonObject parse(ResultPlace place) throws IOException {
    if (place.size(ResultFiles.RUN) > MAX_JSON) {
      throw new IOException(ResultFiles.RUN + " is too large");
    }
    return StrictJson.object(place.read(ResultFiles.RUN));
  }

  private static InputException withoutMaps(Path folder) {
    return new InputException(
        "Expected a saved result with maps, found only the tables of one in %s; ask again with files=maps or files=all."
            .formatted(folder));
  }

  private static InputException unreadable(Path folder, String reason, Exception cause) {
    return new InputException(
        "The result in %s cannot be read (%s). Ask the question again, or choose another folder."
            .formatted(folder, reason),
        cause);
  }

  private static AttentionResult read(Path folder, JsonObject run) throws IOException {
    JsonObject image = run.remove("image").getAsJsonObject();
    Grid grid = ResultJson.takeGrid(run);
    List<View> views = ResultJson.takeViews(run, grid);
    String method = run.getAsJsonObject("options").get("method").getAsString();
    JsonArray tokens = run.remove("tokens").getAsJsonArray();
    boolean signed = ResultJson.takeSigned(run);
    AttributionMap map =
        new AttributionMap(
            method, patches(folder, ResultFiles.PATCHES, grid, tokens.size()), signed);
    List<ViewMaps> viewMaps = new ArrayList<>();
    for (View view : views) {
      String file = ResultFiles.patches(view);
      viewMaps.add(new ViewMaps(view, patches(folder, file, view.grid(), tokens.size())));
    }
    TokenMaps maps = ResultJson.maps(tokens, grid, map, viewMaps);
    HeadAttention kept = null;
    if (run.has("kept")) {
      ResultJson.Kept shape = ResultJson.kept(run.remove("kept").getAsJsonObject());
      kept = KeptImages.read(folder, shape, grid, tokens.size());
    }
    boolean whole = SavedFiles.ALL.areIn(run);
    run.remove("files");
    RgbPicture picture =
        whole
            ? picture(folder.resolve(ResultFiles.PICTURE), grid)
            : RgbPicture.ofSize(grid.sourceWidth(), grid.sourceHeight());
    return new AttentionResult(
        maps,
        picture,
        ResultJson.source(image),
        ResultJson.rendering(image),
        run.get("answer").getAsString(),
        List.of(),
        null,
        kept,
        run);
  }

  private static float[][] patches(Path folder, String file, Grid grid, int tokens)
      throws IOException {
    float[][] values = new float[tokens][];
    try (FloatPlanes planes =
        FloatPlanes.open(folder.resolve(file), grid.columns(), grid.rows(), tokens)) {
      for (int t = 0; t < tokens; t++) {
        values[t] = planes.next(1);
      }
    }
    return values;
  }

  private static RgbPicture picture(Path file, Grid grid) throws IOException {
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
