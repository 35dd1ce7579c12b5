package org.vlmvisualizer.ask;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ij.measure.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.CommonAnswer;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.StackPlace;
import org.vlmvisualizer.picture.ImageInput;

/**
 * Several pictures of one question, read.
 *
 * <pre>{@code
 * Together pictures = Together.of(NamedPictures.files(paths, null), progress);
 * CommonAnswer answer = pictures.ask(asker, progress);
 * }</pre>
 */
public final class Together {
  /** Pictures in one question at most: this plugin's limit; a model may have room for fewer. */
  static final int MOST = 64;

  private final List<BatchPicture> pictures;
  private final List<ImageInput> inputs = new ArrayList<>();
  private final String place; // what positions are, or null
  private final FrameInterval interval; // from one to the next, as far as it is known
  private final SourceFrame source;

  private Together(
      List<BatchPicture> pictures,
      String place,
      FrameInterval interval,
      SourceFrame source,
      Progress progress) {
    requireCount(pictures.size());
    this.pictures = pictures;
    this.place = place;
    this.interval = interval;
    for (BatchPicture picture : pictures) {
      progress.update("Reading the pictures", inputs.size(), pictures.size());
      inputs.add(picture.content().apply(progress).input());
    }
    this.source = source == null ? common() : source;
  }

  /**
   * The slices or time points of an image.
   *
   * @throws InputException if they are too many, or one cannot be asked about
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public static Together of(StackPictures stack, Progress progress) {
    String place = stack.isTime() ? "time_point" : "slice";
    return new Together(stack.pictures(), place, stack.interval(), stack.source(), progress);
  }

  /**
   * Images by themselves.
   *
   * @throws InputException if there are fewer than two or too many, or one cannot be read
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public static Together of(List<BatchPicture> images, Progress progress) {
    return new Together(images, null, FrameInterval.ASSUMED, null, progress);
  }

  /**
   * @throws InputException if they are fewer than two or too many
   */
  static void requireCount(int count) {
    if (count < 2) {
      throw new InputException(
          "Expected two pictures or more for one question about several, found %d; write ; between their names."
              .formatted(count));
    }
    if (count > MOST) {
      throw new InputException(
          "Expected at most %d pictures in one question, found %d; ask about fewer, of a stack with frames=16 about 16 of it."
              .formatted(MOST, count));
    }
  }

  /** Their sizes in a question. */
  public AskedSizes sizes(AnalysisRequest request) {
    return AskedSizes.of(inputs.stream(), isVideo(request));
  }

  /** Images by themselves are time points if the question says how far they are apart. */
  private boolean isVideo(AnalysisRequest request) {
    return isTime() || place == null && request.interval().isGiven();
  }

  /** Whether they are time points of one image. */
  private boolean isTime() {
    return "time_point".equals(place);
  }

  /** The calibration of all images, if they have the same. */
  private SourceFrame common() {
    SourceFrame first = inputs.get(0).source();
    String title = "%s and %d more".formatted(first.title(), inputs.size() - 1);
    boolean same =
        inputs.stream()
            .map(ImageInput::source)
            .allMatch(
                one ->
                    one.originX() == first.originX()
                        && one.originY() == first.originY()
                        && isSame(one.calibration(), first.calibration()));
    return same ? first.slice(title, 0, StackPlace.NONE) : SourceFrame.uncalibrated(title);
  }

  private static boolean isSame(Calibration one, Calibration other) {
    return one.equals(other)
        && one.xOrigin == other.xOrigin
        && one.yOrigin == other.yOrigin
        && one.getInvertY() == other.getInvertY();
  }

  /**
   * Asks one question about all.
   *
   * @throws InputException if that cannot be done
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public CommonAnswer ask(Asker asker, Progress progress) {
    return ask(asker, progress, null);
  }

  /**
   * The same, watched while the answer is written; as {@link Asker#ask(ImageInput, Progress,
   * Consumer)}.
   */
  public CommonAnswer ask(Asker asker, Progress progress, Consumer<Supplier<CommonAnswer>> watch) {
    return common(
        asker.ask(
            inputs,
            isVideo(asker.request()) ? interval : null,
            progress,
            watch == null ? null : soFar -> watch.accept(() -> common(soFar.get()))));
  }

  private CommonAnswer common(List<AttentionResult> results) {
    List<CommonAnswer.Part> parts = new ArrayList<>();
    for (AttentionResult result : results) {
      int number = result.run().getAsJsonObject("picture").get("number").getAsInt();
      BatchPicture picture = pictures.get(number - 1);
      result.run().add(CommonAnswer.PICTURES, list());
      parts.add(
          new CommonAnswer.Part(picture.name(), picture.folder(), picture.position(), result));
    }
    return new CommonAnswer(parts, source, isTime());
  }

  /** For run.json. */
  private JsonArray list() {
    JsonArray all = new JsonArray();
    for (int i = 0; i < inputs.size(); i++) {
      ImageInput input = inputs.get(i);
      JsonObject one = new JsonObject();
      one.addProperty("title", input.source().title());
      if (place != null) {
        one.addProperty(place, pictures.get(i).position());
      }
      one.addProperty("width", input.picture().width());
      one.addProperty("height", input.picture().height());
      all.add(one);
    }
    return all;
  }
}
