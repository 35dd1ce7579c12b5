package org.vlmvisualizer.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Crop;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Spread;
import org.vlmvisualizer.core.View;

/**
 * Collects the image tokens of a question in the order of the prompt: their text, place and patches
 * at once, so that the three cannot disagree. Pixels are made at the end, when all is counted.
 */
public final class InputBuilder {
  /** More crops than any picture or video of use makes: a tiled picture has up to 101. */
  private static final int MAX_CROPS = 1024;

  /** A crop that is made at the end. */
  private record Planned(int frames, int width, int height, Supplier<float[]> pixels) {
    Crop make() {
      return new Crop(pixels.get(), frames, width, height);
    }

    long bytes() {
      return 3L * frames * width * height * Float.BYTES;
    }
  }

  private final int size;
  private final int patchSize;
  private final String token;
  private final List<Planned> crops = new ArrayList<>();
  private int patchCount;
  private final List<View> views = new ArrayList<>();
  private final List<int[]> places = new ArrayList<>(); // of each token: view, cell
  private final List<int[]> patches = new ArrayList<>();
  private final List<float[]> weights = new ArrayList<>();
  private final List<StringBuilder> texts = new ArrayList<>();

  /** With crops of any size. */
  InputBuilder(String token) {
    this(0, 1, token);
  }

  /**
   * @param size S, side of a crop in pixels
   * @param patchSize side of a patch in pixels
   * @param token the text of an image token
   */
  InputBuilder(int size, int patchSize, String token) {
    this.size = size;
    this.patchSize = patchSize;
    this.token = token;
  }

  /** Patches in a row of a crop. A remainder at the right and bottom edge is in no patch. */
  int patchesPerSide() {
    return size / patchSize;
  }

  /** What follows stands in the prompt in the place of the next picture. */
  void nextPicture() {
    texts.add(new StringBuilder());
  }

  /** Text that is no image token, as {@code <row_1_col_2>}. */
  void marker(String text) {
    texts.get(texts.size() - 1).append(text);
  }

  /**
   * @param pixels makes [3, S, S] in a row; called once, at the end
   * @return the number of its first patch
   * @throws InputException if there are too many crops
   */
  int crop(Supplier<float[]> pixels) {
    return crop(new Planned(1, size, size, pixels), patchesPerSide() * patchesPerSide());
  }

  private int crop(Planned planned, int patches) {
    crops.add(planned);
    if (crops.size() > MAX_CROPS) {
      throw new InputException(
          "Expected pictures and tiles that make at most %d crops of %d x %d pixels, found more; ask about fewer pictures at once."
              .formatted(MAX_CROPS, planned.width(), planned.height()));
    }
    patchCount += patches;
    return patchCount - patches;
  }

  /**
   * @return its number, for {@link #token}
   */
  int view(View view) {
    views.add(view);
    return views.size() - 1;
  }

  /**
   * An image token with a place.
   *
   * @param from the patches that it is made of, in the order of the connector
   * @param share of each; their sum is 1
   */
  void token(int view, int cell, int[] from, float[] share) {
    add(new int[] {view, cell}, from, share);
  }

  /** An image token made of one patch. */
  void token(int view, int cell, int patch) {
    token(view, cell, new int[] {patch}, new float[] {1});
  }

  /** An image token made of several patches in equal parts. */
  void mean(int view, int cell, int[] from) {
    float[] share = new float[from.length];
    Arrays.fill(share, 1f / from.length);
    token(view, cell, from, share);
  }

  /**
   * The tokens of a crop, each a block of k × k patches.
   *
   * @param left column of its first cell in the view
   * @param top row of its first cell in the view
   */
  void blocks(int view, int firstPatch, int k, int left, int top) {
    int side = patchesPerSide() / k;
    int columns = views.get(view).grid().columns();
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int cell = (top + row) * columns + left + column;
        mean(view, cell, Blocks.of(firstPatch, patchesPerSide(), column, row, k));
      }
    }
  }

  /** An image token that is a learned query: on a view, but in no cell of it. */
  void query(int view) {
    add(new int[] {view, -1}, new int[0], new float[0]);
  }

  /** An image token without a place. */
  void newline() {
    add(new int[] {-1, -1}, new int[0], new float[0]);
  }

  private void add(int[] place, int[] from, float[] share) {
    places.add(place);
    patches.add(from);
    weights.add(share);
    marker(token);
  }

  /** Puts markers around each picture's text. */
  InputBuilder surround(String before, String behind) {
    texts.forEach(text -> text.insert(0, before).append(behind));
    return this;
  }

  /** A view that shows one crop: each patch is a token. */
  void wholeCrop(View view, Supplier<float[]> pixels) {
    tokens(view, crop(pixels));
  }

  /**
   * The same of any size, whose tokens are all places that the tower tells apart.
   *
   * @param pixels makes [frames * 3, height, width] in a row; called once, at the end
   */
  void wholeCrop(View view, int frames, int width, int height, Supplier<float[]> pixels) {
    tokens(view, crop(new Planned(frames, width, height, pixels), view.grid().size()));
  }

  private void tokens(View view, int first) {
    int number = view(view);
    for (int cell = 0; cell < view.grid().size(); cell++) {
      token(number, cell, first + cell);
    }
  }

  /** The tokens of one frame of a video. */
  interface FrameTokens {
    /**
     * @param firstPatch the number of the frame's first patch
     */
    void add(InputBuilder input, int view, int firstPatch);
  }

  /**
   * A video: each frame is one crop and a view of its own.
   *
   * @param frames how a frame becomes a crop
   * @param side tokens in a row of a frame
   */
  static InputBuilder ofVideo(
      List<RgbPicture> pictures, SingleView frames, int side, FrameTokens tokens) {
    InputBuilder input =
        new InputBuilder(frames.size(), frames.patchSize(), PictureProcessor.VIDEO);
    input.nextPicture();
    for (int i = 0; i < pictures.size(); i++) {
      RgbPicture picture = pictures.get(i);
      int first = input.crop(() -> frames.values(picture));
      Grid grid = frames.grid(picture).divided(side, side);
      tokens.add(input, input.view(new View(0, i, 1, View.FRAME, grid)), first);
    }
    return input;
  }

  /** Where the image tokens lie. */
  public Layout layout() {
    int[] start = new int[patches.size() + 1];
    for (int k = 0; k < patches.size(); k++) {
      start[k + 1] = start[k] + patches.get(k).length;
    }
    int[] patch = new int[start[patches.size()]];
    float[] weight = new float[patch.length];
    for (int k = 0; k < patches.size(); k++) {
      System.arraycopy(patches.get(k), 0, patch, start[k], patches.get(k).length);
      System.arraycopy(weights.get(k), 0, weight, start[k], weights.get(k).length);
    }
    return new Layout(
        views,
        places.stream().mapToInt(p -> p[0]).toArray(),
        places.stream().mapToInt(p -> p[1]).toArray(),
        new Spread(start, patch, weight));
  }

  List<String> texts() {
    return texts.stream().map(StringBuilder::toString).toList();
  }

  int crops() {
    return crops.size();
  }

  /**
   * @throws InputException if Java's memory does not hold the crops
   */
  ModelInput build(Progress progress) {
    requireMemory();
    List<Crop> made = new ArrayList<>();
    for (Planned planned : crops) {
      progress.update("Preparing the picture", made.size(), crops.size());
      made.add(planned.make());
    }
    return new ModelInput(made, layout(), texts());
  }

  private void requireMemory() {
    long needed = crops.stream().mapToLong(Planned::bytes).sum();
    if (JavaMemory.available(needed) < needed) {
      throw new InputException(
          "Expected Java memory for %d crops of %d x %d pixels, %d MB, found less; ask about fewer pictures at once or give Java more memory."
              .formatted(
                  crops.size(), crops.get(0).width(), crops.get(0).height(), needed / 1_000_000));
    }
  }
}
