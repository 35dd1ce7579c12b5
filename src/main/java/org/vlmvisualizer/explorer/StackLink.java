package org.vlmvisualizer.explorer;

import ij.ImageListener;
import ij.ImagePlus;
import ij.WindowManager;
import org.vlmvisualizer.output.AttentionResult;

/**
 * Keeps the hyperstack of heatmaps and the explorer at the same token, whichever of them moves. A
 * selection of several tokens leaves the hyperstack where it is.
 */
final class StackLink implements ImageListener {
  private final ExplorerState state;

  /** Slice that the hyperstack was seen at, from 1; tells scrolling from any other update. */
  private int slice = 1;

  StackLink(ExplorerState state) {
    this.state = state;
  }

  /** Starts where the hyperstack is. */
  void connect() {
    for (int id : ids()) {
      ImagePlus image = WindowManager.getImage(id);
      if (isLinked(image)) {
        imageUpdated(image);
      }
    }
    ImagePlus.addImageListener(this);
    state.onTokens(this::moveStacks);
  }

  void disconnect() {
    ImagePlus.removeImageListener(this);
  }

  /** Whether it has slices, and the frame that is displayed holds the result's maps. */
  private boolean isLinked(ImagePlus image) {
    AttentionResult shown =
        image == null || image.getNSlices() == 1 ? null : AttentionResult.of(image);
    return shown != null && shown.maps() == state.result().maps();
  }

  private void moveStacks() {
    int token = state.selection().lead();
    if (state.selection().count() > 1 || slice == token + 1) {
      return;
    }
    slice = token + 1;
    for (int id : ids()) {
      move(WindowManager.getImage(id));
    }
  }

  private void move(ImagePlus image) {
    if (isLinked(image) && image.getSlice() != slice) {
      image.setPosition(image.getChannel(), slice, image.getFrame());
    }
  }

  @Override
  public void imageUpdated(ImagePlus image) {
    // Of several frames, one with a longer answer may have more slices.
    boolean scrolled = image.getSlice() != slice && image.getSlice() <= state.maps().size();
    if (scrolled && isLinked(image)) {
      slice = image.getSlice();
      state.select(slice - 1);
    }
  }

  @Override
  public void imageOpened(ImagePlus image) {
    move(image);
  }

  @Override
  public void imageClosed(ImagePlus image) {
    // The explorer shows the maps without it.
  }

  private static int[] ids() {
    int[] ids = WindowManager.getIDList();
    return ids == null ? new int[0] : ids;
  }
}
