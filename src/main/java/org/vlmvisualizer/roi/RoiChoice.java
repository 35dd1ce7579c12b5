package org.vlmvisualizer.roi;

import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.plugin.frame.RoiManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.output.SourceFrame;

/** Which ROIs are measured, and where they lie in the image that was asked about. */
public enum RoiChoice {
  /** The first of the others that has any. */
  AUTO,
  /** Those selected in the ROI Manager, or all if none is, as its own Measure does. */
  MANAGER,
  /** Those in the overlay of the active image. */
  OVERLAY,
  /** The active image's own. */
  SELECTION;

  /**
   * @param onImage the image it belongs to, or null if it tells none that is open
   */
  private record Found(String name, Roi roi, ImagePlus onImage) {}

  /**
   * The ROIs, at least one. A ROI lies where it was drawn: on the source image, or on heatmaps, be
   * they of a crop or of patches. In the ROI Manager, those that do not belong to an open image
   * count as drawn on the source image.
   *
   * @param active the active image, or null
   * @param source the image that was asked about
   * @param picture the part of it that was
   * @throws InputException if there are none, or they are on an image that has nothing to do with
   *     these
   */
  public List<NamedRegion> regions(ImagePlus active, SourceFrame source, RgbPicture picture) {
    List<Found> found = find(active);
    if (found.isEmpty()) {
      throw new InputException(
          "Expected ROIs in %s, found none. Draw a selection and add it to the ROI Manager (t)."
              .formatted(where()));
    }
    return regions(found, source, picture);
  }

  /**
   * Whether there are any.
   *
   * @param active the active image, or null
   */
  public boolean hasAny(ImagePlus active) {
    return !find(active).isEmpty();
  }

  private static List<NamedRegion> regions(
      List<Found> found, SourceFrame source, RgbPicture picture) {
    Map<ImagePlus, RoiImage> images = new HashMap<>();
    List<NamedRegion> regions = new ArrayList<>();
    for (Found one : found) {
      RoiImage image =
          one.onImage == null ? null : images.computeIfAbsent(one.onImage, RoiImage::of);
      NamedRegion region = NamedRegion.of(one.name, one.roi);
      boolean elsewhere = region.region() != null && image != null;
      regions.add(elsewhere ? region.transform(image.toSource(source, picture)) : region);
    }
    return regions;
  }

  private String where() {
    return switch (this) {
      case AUTO -> "the ROI Manager, or on the active image";
      case MANAGER -> "the ROI Manager";
      case OVERLAY -> "the overlay of the active image";
      case SELECTION -> "the active image as its selection";
    };
  }

  private List<Found> find(ImagePlus active) {
    return switch (this) {
      case AUTO -> {
        List<Found> found = MANAGER.find(active);
        found = found.isEmpty() ? OVERLAY.find(active) : found;
        yield found.isEmpty() ? SELECTION.find(active) : found;
      }
      case MANAGER -> inManager();
      case OVERLAY -> inOverlay(active);
      case SELECTION -> {
        Roi roi = active == null ? null : active.getRoi();
        yield roi == null ? List.of() : List.of(new Found(name(roi, "selection"), roi, active));
      }
    };
  }

  private static List<Found> inManager() {
    RoiManager manager = ManagerRois.manager();
    List<Found> found = new ArrayList<>();
    for (int index : manager == null ? new int[0] : manager.getIndexes()) {
      Roi roi = manager.getRoi(index);
      if (roi != null) {
        int id = roi.getImageID();
        found.add(
            new Found(manager.getName(index), roi, id == 0 ? null : WindowManager.getImage(id)));
      }
    }
    return found;
  }

  private static List<Found> inOverlay(ImagePlus active) {
    Overlay overlay = active == null ? null : active.getOverlay();
    List<Found> found = new ArrayList<>();
    for (Roi roi : overlay == null ? new Roi[0] : overlay.toArray()) {
      if (!RoiRegion.isDrawing(roi)) {
        found.add(new Found(name(roi, "" + (found.size() + 1)), roi, active));
      }
    }
    return found;
  }

  private static String name(Roi roi, String unnamed) {
    return roi.getName() == null || roi.getName().isBlank() ? unnamed : roi.getName();
  }
}
