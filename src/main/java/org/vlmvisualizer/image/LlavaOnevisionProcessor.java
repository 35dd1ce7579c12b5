package org.vlmvisualizer.image;

import java.util.List;
import java.util.function.IntBinaryOperator;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.View;

/**
 * LLaVA-OneVision. One picture is an overview and tiles as in LLaVA-NeXT, but where the joined
 * patches are many more than so many tiles hold, they are resized bilinearly. Of several pictures,
 * each is one crop, padded to a square, and a newline. A video is its frames, each resized
 * bilinearly to half the side, and one newline.
 *
 * <p>Sources, transformers 4.57.6: {@code LlavaOnevisionImageProcessor} (the slow one), {@code
 * _get_number_of_features} in processing_llava_onevision.py, {@code pack_image_features} and {@code
 * apply_pooling} in modeling_llava_onevision.py. Frames are resized by {@code
 * LlavaOnevisionVideoProcessor}, which takes torchvision: see {@link Rounding#TORCH}.
 *
 * @param maxTiles of whose patches there may be about as many image tokens: the 9 of {@code
 *     vision_aspect_ratio} anyres_max_9
 * @param several for each of several pictures, padded with the mean colour
 * @param frames for one frame of a video, squashed
 */
public record LlavaOnevisionProcessor(
    AnyResolutionTiles tiles, int maxTiles, SingleView several, SingleView frames)
    implements PictureProcessor {
  /** By how much the joined patches may exceed a side before they are resized. */
  private static final double LARGEST_RATIO = 1.1;

  /** Of one picture; each of several has one crop. */
  @Override
  public long mostTokens() {
    double patches = maxTiles * Math.pow(tiles.size() / tiles.patchSize(), 2);
    return tiles.mostTokens((long) (LARGEST_RATIO * LARGEST_RATIO * patches));
  }

  @Override
  public Normalization normalization() {
    return tiles.normalization();
  }

  @Override
  public InputBuilder lay(List<RgbPicture> pictures) {
    InputBuilder input = new InputBuilder(tiles.size(), tiles.patchSize(), IMAGE);
    for (int i = 0; i < pictures.size(); i++) {
      input.nextPicture();
      if (pictures.size() == 1) {
        tiles.overview(input, i, View.OVERVIEW, pictures.get(i));
        addTiles(input, pictures.get(i));
      } else {
        RgbPicture picture = pictures.get(i);
        input.wholeCrop(
            new View(i, View.PICTURE, several.grid(picture)), () -> several.values(picture));
        input.newline();
      }
    }
    return input;
  }

  private void addTiles(InputBuilder input, RgbPicture picture) {
    AnyResolution place = tiles.choose(picture);
    AnyResolution.Kept kept = place.kept();
    int first = tiles.tiles(input, picture, place);
    int patches = input.patchesPerSide();
    double ratio =
        Math.sqrt((double) kept.columns() * kept.rows() / ((double) maxTiles * patches * patches));
    boolean resized = ratio > LARGEST_RATIO;
    int columns = resized ? floorQuotient(kept.columns(), ratio) : kept.columns();
    int rows = resized ? floorQuotient(kept.rows(), ratio) : kept.rows();
    int view =
        columns > 0 && rows > 0
            ? input.view(new View(0, View.TILES, place.grid().divided(columns, rows)))
            : -1;
    IntBinaryOperator patch =
        (x, y) -> first + place.patch(kept.firstColumn() + x, kept.firstRow() + y);
    BilinearAxis across = BilinearAxis.of(kept.columns(), columns);
    BilinearAxis down = BilinearAxis.of(kept.rows(), rows);
    for (int row = 0; row < rows; row++) {
      addRow(input, view, row, across, down, patch);
      input.newline();
    }
  }

  /** Python's {@code int(a // b)}. */
  private static int floorQuotient(int a, double b) {
    return (int) Math.rint((a - a % b) / b);
  }

  private static void addRow(
      InputBuilder input,
      int view,
      int row,
      BilinearAxis across,
      BilinearAxis down,
      IntBinaryOperator patch) {
    for (int column = 0; column < across.count(); column++) {
      Blend blend = new Blend();
      for (int j = 0; j < 2; j++) {
        for (int i = 0; i < 2; i++) {
          int x = i == 0 ? across.from()[column] : across.next()[column];
          int y = j == 0 ? down.from()[row] : down.next()[row];
          float shareX = i == 0 ? 1 - across.share()[column] : across.share()[column];
          float shareY = j == 0 ? 1 - down.share()[row] : down.share()[row];
          blend.add(patch.applyAsInt(x, y), shareX * shareY);
        }
      }
      input.token(view, row * across.count() + column, blend.patches(), blend.shares());
    }
  }

  @Override
  public boolean takesVideos() {
    return true;
  }

  @Override
  public InputBuilder layVideo(List<RgbPicture> pictures) {
    int patches = frames.size() / frames.patchSize();
    int side = (patches + 1) / 2;
    BilinearAxis axis = BilinearAxis.of(patches, side);
    InputBuilder input =
        InputBuilder.ofVideo(
            pictures,
            frames,
            side,
            (video, view, first) -> {
              for (int row = 0; row < side; row++) {
                addRow(video, view, row, axis, axis, (x, y) -> first + y * patches + x);
              }
            });
    input.newline();
    return input;
  }
}
