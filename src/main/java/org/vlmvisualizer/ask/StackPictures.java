package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Roi;
import java.awt.Rectangle;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.AttentionSeries;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.StackPlace;
import org.vlmvisualizer.picture.DisplayedColours;
import org.vlmvisualizer.picture.ImageInput;

/**
 * The slices or the time points of an image, in the colours of the one displayed: its channels,
 * display ranges and lookup tables. The image is not scrolled. Colours are made when a picture's
 * turn comes; until then only ImageJ's own pixel arrays are held, so that neither a second stack
 * fills the memory nor closing the window harms.
 */
public final class StackPictures {
  private final boolean time;
  private final Rectangle region;
  private final SourceFrame source;
  private final DisplayedColours colours;
  private final ImageStack stack;
  private final Object[] arrays; // [slice of the stack], or null if they are read from disk
  private final Object[] displayed; // [channel] what all slices must be like
  private final FrameInterval interval;
  private final List<BatchPicture> pictures;

  private StackPictures(ImagePlus image, boolean time, Roi roi, int[] positions) {
    this.time = time;
    region = ImageInput.region(image, roi);
    colours = new DisplayedColours(image, region);
    source = SourceFrame.of(image, region, colours.checksum());
    stack = image.getStack();
    arrays = stack.isVirtual() ? null : stack.getImageArray().clone();
    displayed = colours.displayed().toArray();
    interval = TimeCalibration.of(image.getCalibration(), positions);
    pictures =
        IntStream.range(0, positions.length)
            .mapToObj(i -> picture(image, i + 1, positions[i]))
            .toList();
  }

  /**
   * @param which any but the current one
   * @param roi as in {@link ImageInput#of(ImagePlus, Roi)}
   * @param most how many of them: evenly spaced, the first and the last among them; 0 for all
   * @throws InputException if there is no image, or one slice or time point only
   */
  public static StackPictures of(ImagePlus image, StackChoice which, Roi roi, int most) {
    ImageInput.region(image, roi);
    return new StackPictures(image, which.isTime(), roi, positions(image, which, most));
  }

  /**
   * Which slices or time points that are, from 1.
   *
   * @throws InputException if there is one only
   */
  static int[] positions(ImagePlus image, StackChoice which, int most) {
    if (most < 0 || most == 1) {
      throw new InputException(
          "Expected frames to be 0 for all, or 2 or more, found " + most + ".");
    }
    boolean time = which.isTime();
    int slices = image.getNSlices();
    int frames = image.getNFrames();
    if ((time ? frames : slices) < 2) {
      throw new InputException(
          "Expected an image with more than one %s for stack=%s, found %d slices and %d frames. Use stack=%s%s"
              .formatted(
                  time ? "frame" : "slice",
                  Words.word(which),
                  slices,
                  frames,
                  other(which, slices, frames),
                  slices * frames > 1
                      ? ", or change what they are with Image > Properties."
                      : "."));
    }
    return evenly(time ? frames : slices, most);
  }

  private static String other(StackChoice which, int slices, int frames) {
    if (slices < 2 && frames < 2) {
      return "current";
    }
    return (slices > 1 ? "slices" : "frames") + (which.isTogether() ? "-together" : "");
  }

  /** From 1 to {@code count}. */
  private static int[] evenly(int count, int most) {
    int chosen = most == 0 ? count : Math.min(most, count);
    return IntStream.range(0, chosen)
        .map(i -> 1 + (int) Math.rint((double) i * (count - 1) / (chosen - 1)))
        .toArray();
  }

  /** What is common to them. */
  SourceFrame source() {
    return source;
  }

  /** From one time point to the next; of no meaning for slices. */
  FrameInterval interval() {
    return interval;
  }

  /** Whether they are time points. */
  boolean isTime() {
    return time;
  }

  public List<BatchPicture> pictures() {
    return pictures;
  }

  /** For their answers. */
  public AttentionSeries series() {
    return new AttentionSeries(source, time, pictures.size());
  }

  /**
   * Asks one question about each.
   *
   * @param folder for results, or null
   * @param series takes the answers as they come in
   * @param added called after each
   */
  public BatchRun.Outcome ask(
      Asker asker, Path folder, AttentionSeries series, Progress progress, Runnable added) {
    return new BatchRun(asker, folder, false)
        .run(
            pictures,
            List.of(),
            progress,
            (row, result) -> {
              add(series, row, result);
              added.run();
            });
  }

  private void add(AttentionSeries series, BatchRow row, AttentionResult result) {
    int position = pictures.get(row.frame() - 1).position();
    if (result == null) {
      series.fail(row.picture(), position, row.error());
    } else {
      series.add(row.picture(), position, result);
    }
  }

  private BatchPicture picture(ImagePlus image, int number, int position) {
    int z = time ? image.getZ() : position;
    int t = time ? position : image.getT();
    int[] slices =
        Arrays.stream(colours.channels()).map(c -> image.getStackIndex(c, z, t)).toArray();
    String place = (time ? "t=" : "z=") + position;
    String label = slices.length == 0 ? null : stack.getShortSliceLabel(slices[0]);
    String title = source.title() + " " + place;
    StackPlace slice = StackPlace.of(image, z, t);
    JsonObject identity = new JsonObject();
    identity.addProperty("image", title);
    return new BatchPicture(
        number,
        label == null || label.isBlank() ? place : label,
        "%s%04d".formatted(time ? "t" : "z", position),
        position,
        () -> identity,
        progress -> new BatchPicture.Content(input(title, slices, slice), ""));
  }

  private ImageInput input(String title, int[] slices, StackPlace slice) {
    return ImageInput.inMemory(
        region,
        () -> {
          List<Object> planes = planes(slices);
          SourceFrame frame = source.slice(title, colours.checksum(planes), slice);
          return ImageInput.of(region, frame, colours.read(planes));
        });
  }

  private List<Object> planes(int[] slices) {
    List<Object> planes = new ArrayList<>();
    for (int c = 0; c < slices.length; c++) {
      Object plane = arrays == null ? stack.getPixels(slices[c]) : arrays[slices[c] - 1];
      if (plane == null) {
        throw new InputException(
            "Slice %d cannot be read any more. Was the image closed?".formatted(slices[c]));
      }
      if (plane.getClass() != displayed[c].getClass()
          || Array.getLength(plane) != Array.getLength(displayed[c])) {
        throw new InputException(
            "Expected slice %d to have the size and type of the displayed one, found another. Convert the stack to one size and type."
                .formatted(slices[c]));
      }
      planes.add(plane);
    }
    return planes;
  }
}
