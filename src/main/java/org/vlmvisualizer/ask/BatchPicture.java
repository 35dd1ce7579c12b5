package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import java.util.List;
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
 * @param question of its own, in place of the run's; or empty
 * @param carried what it brings into the tables, a cell for each of their columns behind ours
 */
public record BatchPicture(
    int frame,
    String name,
    String folder,
    int position,
    Supplier<JsonObject> identity,
    Function<Progress, Content> content,
    String question,
    List<String> carried) {

  /** One that is asked the run's question, and brings nothing. */
  public BatchPicture(
      int frame,
      String name,
      String folder,
      int position,
      Supplier<JsonObject> identity,
      Function<Progress, Content> content) {
    this(frame, name, folder, position, identity, content, "", List.of());
  }

  /**
   * A picture that was read.
   *
   * @param note what is to be known of it, or empty
   */
  public record Content(ImageInput input, String note) {}
}
