package org.vlmvisualizer.core;

/**
 * A regular grid of image tokens over a picture: the whole picture, its tiles where they join
 * without gaps, or a frame of a video.
 *
 * @param picture which picture, from 0
 * @param firstFrame the first time point that it shows, from 0; 0 of a still picture
 * @param frames how many time points it shows; 1 of a still picture
 * @param time where its tokens stand on the time axis of rotary positions, counted from the first
 *     view of the same video; 0 of a still picture, and where tokens are counted one by one
 * @param name for a reader: "picture", "overview", "tiles" or "frame"
 * @param grid its cells, each an image token, or a patch where tokens are {@link Gathered}
 */
public record View(int picture, int firstFrame, int frames, int time, String name, Grid grid) {
  /** What the only view of a picture is called. */
  public static final String PICTURE = "picture";

  /** The whole picture, beside its tiles. */
  public static final String OVERVIEW = "overview";

  /** Parts of the picture that the vision tower saw one by one, put together. */
  public static final String TILES = "tiles";

  /** A time point of a video. */
  public static final String FRAME = "frame";

  /** A view of a still picture. */
  public View(int picture, String name, Grid grid) {
    this(picture, 0, 1, name, grid);
  }

  /** A view whose tokens have no time of their own. */
  public View(int picture, int firstFrame, int frames, String name, Grid grid) {
    this(picture, firstFrame, frames, 0, name, grid);
  }
}
