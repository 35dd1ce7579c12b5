package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.picture.PixelChecksum;
import org.vlmvisualizer.roi.RoiImage;

/**
 * The results of this session, for the commands that look at one again. A result belongs to the
 * picture that was asked about, and is kept as long as ImageJ has that image; the newest one is
 * kept in any case. A picture is known by its pixels, so its result is found when it is opened
 * again or renamed, and not when it shows another slice or was edited.
 */
final class LastResult {
  /** The newest first. */
  private static final List<Asked> ALL = new ArrayList<>();

  private static AttentionResult newest; // null if there is none

  /** The last answers about an image. */
  private record Asked(WeakReference<ImagePlus> image, List<AttentionResult> answers) {}

  private LastResult() {}

  /**
   * @param answers one, or those about the slices or time points of an image or about several
   *     images, in order
   */
  static synchronized void remember(List<AttentionResult> answers) {
    List<AttentionResult> kept = answers.stream().map(AttentionResult::withoutMatrix).toList();
    newest = kept.get(kept.size() - 1);
    Map<ImagePlus, List<AttentionResult>> byImage = new LinkedHashMap<>();
    for (AttentionResult result : kept) {
      ImagePlus image = result.source().image().get();
      byImage.computeIfAbsent(image, i -> new ArrayList<>()).add(result);
    }
    ALL.removeIf(one -> one.image.get() == null || byImage.containsKey(one.image.get()));
    byImage.forEach((image, own) -> ALL.add(0, new Asked(new WeakReference<>(image), own)));
  }

  static synchronized void forget() {
    ALL.clear();
    newest = null;
  }

  /**
   * The result that an image shows, or the last one about what it shows.
   *
   * @param active null for the newest result
   * @throws InputException if there is none
   */
  static synchronized AttentionResult of(ImagePlus active) {
    if (active == null && newest == null) {
      throw new InputException(
          "Expected a result, found none. Run Show Attention first, or give the folder of a saved result.");
    }
    if (active == null) {
      return newest;
    }
    AttentionResult figure = AttentionResult.ofFigure(active);
    AttentionResult shown = figure != null ? figure : RoiImage.of(active).result();
    return shown != null ? shown : about(active);
  }

  /** Whether there is a result that {@link #of} gives for an image. */
  static boolean isAbout(ImagePlus active) {
    try {
      return of(active) != null;
    } catch (InputException e) {
      return false;
    }
  }

  private static AttentionResult about(ImagePlus image) {
    ImageInput.require(image);
    ALL.removeIf(one -> one.image.get() == null);
    List<AttentionResult> all = new ArrayList<>();
    ALL.stream().filter(one -> one.image.get() == image).forEach(one -> all.addAll(one.answers));
    boolean isUnknown = all.isEmpty();
    if (newest != null) {
      all.add(newest);
    }
    ALL.forEach(one -> all.addAll(one.answers));
    long checksum = PixelChecksum.of(image);
    for (AttentionResult result : all) {
      if (result.source().checksum() == checksum) {
        return result;
      }
    }
    throw new InputException(
        "Expected an image with a result, found %s, which %s. Ask about it with Show Attention, select the heatmaps that you mean, or give the folder of a saved result."
            .formatted(image.getTitle(), reason(image, isUnknown)));
  }

  private static String reason(ImagePlus image, boolean isUnknown) {
    if (AttentionResult.sourceOf(image).isPresent()) {
      return "has no answer at the frame that it shows";
    }
    return isUnknown
        ? "was not asked about"
        : "has changed since it was asked about, or shows another slice or channel";
  }
}
