package org.vlmvisualizer.image;

import java.util.List;
import java.util.stream.DoubleStream;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/**
 * From the pictures of a question to what the network sees of them, where each image token lies,
 * and what stands in the prompt in the place of each picture. One class per way of doing it.
 *
 * <pre>{@code
 * ModelInput input = processor.process(List.of(picture), Progress.NONE);
 * input.texts().get(0); // "<image><image>…"
 * }</pre>
 *
 * Immutable, so any thread may use it. Crops are counted before the first pixel is made, and made
 * one by one; between them progress moves and a cancel is heard.
 */
public interface PictureProcessor {
  /** The text of an image token of a still picture. */
  String IMAGE = "<image>";

  /** The text of an image token of a video. */
  String VIDEO = "<video>";

  /**
   * @param pictures one or several, in the order of the prompt
   * @throws InputException if they are too many for this processor or for Java's memory
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  default ModelInput process(List<RgbPicture> pictures, Progress progress) {
    return lay(pictures).build(progress);
  }

  /**
   * The tokens of the pictures in the order of the prompt. No pixel is made yet: until then, sizes
   * are all that is asked of the pictures.
   */
  InputBuilder lay(List<RgbPicture> pictures);

  /** From colours to the network's values. */
  Normalization normalization();

  /**
   * The colour that becomes 0: the mean of the pictures that the tower was trained on, rounded down
   * as LLaVA's padding is.
   *
   * @return [3] red, green and blue
   */
  default int[] meanColour() {
    return DoubleStream.of(normalization().mean()).mapToInt(m -> (int) (255 * m)).toArray();
  }

  /** Whether the model was made for videos: whether {@link #processVideo} does not refuse. */
  default boolean takesVideos() {
    return false;
  }

  /** Whether the model is told the time between the frames of a video. */
  default boolean knowsTime() {
    return false;
  }

  /**
   * Tokens that one still picture makes in a prompt at most, newlines and markers included. A bound
   * for memory: it need not be reached.
   */
  long mostTokens();

  /**
   * Whether the user's choice of detail takes image tokens from one of these pictures that the
   * checkpoint would have given it.
   *
   * @param video whether they are the time points of one video
   */
  default boolean isCapped(List<RgbPicture> pictures, boolean video) {
    return false;
  }

  /**
   * The time points of one video; its text is one text of {@link #VIDEO} tokens.
   *
   * @throws InputException if the model takes no video, or not so many frames
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  default ModelInput processVideo(List<RgbPicture> frames, Progress progress) {
    return layVideo(frames).build(progress);
  }

  /** The tokens of a video, as {@link #lay} has them of pictures. */
  default InputBuilder layVideo(List<RgbPicture> frames) {
    throw new InputException(
        "Expected a model that was made for videos, found one for still pictures; ask about single time points, or choose a LLaVA-NeXT-Video or LLaVA-OneVision model.");
  }
}
