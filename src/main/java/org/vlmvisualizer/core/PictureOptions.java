package org.vlmvisualizer.core;

/**
 * What a user chooses about how pictures are brought before the model.
 *
 * @param fit how a picture that is not square is made square, where the model leaves it open
 * @param tiles whether a model that looks at tiles of a picture, too, does so; without, it sees the
 *     whole picture once
 * @param detail how many image tokens a picture may have, of a model that sees it at its own size
 * @param interval from one frame of a video to the next, of a model that is told it
 */
public record PictureOptions(Fit fit, boolean tiles, Detail detail, FrameInterval interval) {

  /** With the usual interval. */
  public PictureOptions(Fit fit, boolean tiles, Detail detail) {
    this(fit, tiles, detail, FrameInterval.ASSUMED);
  }

  /** With tiles, and the usual detail. */
  public static PictureOptions of(Fit fit) {
    return new PictureOptions(fit, true, Detail.STANDARD);
  }
}
