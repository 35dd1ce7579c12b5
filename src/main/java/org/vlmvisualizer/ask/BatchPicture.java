package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import java.util.function.Function;
import java.util.function.Supplier;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.picture.ImageInput;

/**
 * One picture of many to ask about, opened when its turn comes.
 *
 * @param frame its number, from 1
 * @param name what people call it
 * @param folder name of the folder for its results; a path with / between
 * @param identity tells it from others and from itself after a change; may throw InputException
 * @param position slice or time point in its image, from 1; 0 of an image by itself
 * @param content reads it, unless the progress cancels; may throw InputException
 */
public record BatchPicture(
    int frame,
    String name,
    String folder,
    int position,
    Supplier<JsonObject> identity,
    Function<Progress, Content> content) {

  /**
   * A picture that was read.
   *
   * @param note what is to be known of it, or empty
   */
  public record Content(ImageInput input, String note) {}
}
