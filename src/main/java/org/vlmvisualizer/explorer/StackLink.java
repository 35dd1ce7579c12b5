package org.vlmvisualizer.explorer;

import ij.ImageListener;
import ij.ImagePlus;
import ij.WindowManager;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Stream;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.MapScale;

/**
 * Keeps the hyperstack of heatmaps and the explorer at the same token and at the same kind of
 * display range, whichever of them changes. A selection of several tokens leaves the hyperstack
 * where it is.
 */
final class StackLink implements ImageListener {
  private final ExplorerState state;

  /**
   * Open images of heatmaps, of whatever answer. ImageJ is not asked for them again and again:
   * while it closes all windows, it lets nobody ask, and waits for the event thread.
   */
  private final Set<ImagePlus> stacks = new CopyOnWriteArraySet<>();

  /** Slice that the hyperstack was seen at, from 1; tells scrolling from any other update. */
  private int slice = 1;

  StackLink(ExplorerState state) {
    this.state = state;
  }

  /** The open images whose displayed frame holds a result's maps. */
  static List<ImagePlus> heatmaps(AttentionResult result) {
    return open().filter(image -> isOf(image, result)).toList();
  }

  private static Stream<ImagePlus> open() {
    int[] ids = WindowManager.getIDList();
    return Arrays.stream(ids == null ? new int[0] : ids)
        .mapToObj(WindowManager::getImage)
        .filter(image -> image != null && MapScale.of(image) != null);
  }

  private List<ImagePlus> heatmaps() {
    return stacks.stream().filter(image -> isOf(image, state.answer())).toList();
  }

  private static boolean isOf(ImagePlus image, AttentionResult result) {
    AttentionResult shown = MapScale.of(image) == null ? null : AttentionResult.of(image);
    return shown != null && shown.isSameAnswer(result);
  }

  /** Starts where the hyperstack is. */
  void connect() {
    ImagePlus.addImageListener(this);
    open().forEach(stacks::add);
    for (ImagePlus image : heatmaps()) {
      ScaleStrip.add(image);
      imageUpdated(image);
    }
    state.onTokens(this::moveStacks);
    state.onMap(this::scaleStacks);
  }

  void disconnect() {
    ImagePlus.removeImageListener(this);
  }

  private void moveStacks() {
    int wanted = state.selection().lead() + 1;
    if (state.selection().count() > 1 || slice == wanted) {
      return;
    }
    for (ImagePlus image : heatmaps()) {
      if (wanted <= image.getNSlices()) { // of an answer that is being written, it may come later
        slice = wanted;
        move(image);
      }
    }
  }

  private void move(ImagePlus image) {
    if (image.getSlice() != slice) {
      image.setPosition(image.getChannel(), slice, image.getFrame());
    }
  }

  private void scaleStacks() {
    for (ImagePlus image : heatmaps()) {
      MapScale scale = MapScale.of(image);
      if (scale.isCommon() != state.commonScale()) {
        scale.setCommon(state.commonScale());
      }
    }
  }

  @Override
  public void imageUpdated(ImagePlus image) {
    // ImageJ tells of images that are only being made, too.
    if (image.getWindow() == null || !isOf(image, state.answer())) {
      return;
    }
    // Of several frames, one with a longer answer may have more slices.
    if (image.getSlice() != slice && image.getSlice() <= state.maps().size()) {
      slice = image.getSlice();
      state.select(tokens -> tokens.select(slice - 1));
    }
    MapScale scale = MapScale.of(image);
    if (scale.isCommon() != state.commonScale()) {
      state.setCommonScale(scale.isCommon());
    }
  }

  @Override
  public void imageOpened(ImagePlus image) {
    if (MapScale.of(image) != null) {
      stacks.add(image);
    }
    if (isOf(image, state.answer())) {
      ScaleStrip.add(image);
      move(image);
    }
  }

  @Override
  public void imageClosed(ImagePlus image) {
    stacks.remove(image); // The explorer shows the maps without it.
  }
}
