package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.ImagePlus;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.Printed;
import org.vlmvisualizer.output.AttentionResult;

/** Answers of a tiny model to measure, and runs of Attention in ROIs on them. */
final class RoiRuns implements AutoCloseable {
  final CommandRuns runs = new CommandRuns();

  /** About all of {@link CommandRuns#picture}, saved in the folder {@code whole}. */
  final ImagePlus whole;

  /** About x 10–30, y 5–25 of it, saved in the folder {@code crop}. */
  final ImagePlus crop;

  /** As {@link #crop}, a pixel per patch. */
  final ImagePlus patches;

  RoiRuns(Path folder) throws Exception {
    whole =
        runs.run("image", CommandRuns.picture(), "output", folder.resolve("whole").toFile())
            .heatmaps();
    crop = runs.run("image", cropped(), "output", folder.resolve("crop").toFile()).heatmaps();
    patches = runs.run("image", cropped(), "upsampling", "none").heatmaps();
  }

  /** As after the question about the whole picture. */
  void reset() {
    remember(whole);
    List.of(whole, crop, patches).forEach(ImagePlus::deleteRoi);
    Analyzer.setResultsTable(null);
  }

  void remember(ImagePlus heatmaps) {
    LastResult.remember(List.of(AttentionResult.of(heatmaps)));
  }

  @Override
  public void close() {
    LastResult.forget();
    runs.close();
  }

  static ImagePlus cropped() {
    ImagePlus image = CommandRuns.picture();
    image.setRoi(new Roi(10, 5, 20, 20));
    return image;
  }

  static ImagePlus with(ImagePlus image, Roi... rois) {
    Overlay overlay = new Overlay();
    for (Roi roi : rois) {
      overlay.add(roi);
    }
    image.setOverlay(overlay);
    return image;
  }

  static Roi named(String name, Roi roi) {
    roi.setName(name);
    return roi;
  }

  private AttentionInRois run(Object... options) throws Exception {
    Map<String, Object> inputs = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      inputs.put((String) options[i], options[i + 1]);
    }
    try (Printed printed = new Printed()) {
      Module module =
          runs.context.service(CommandService.class).run(AttentionInRois.class, true, inputs).get();
      assertEquals("", printed.text());
      return (AttentionInRois) module.getDelegateObject();
    }
  }

  ResultsTable measure(Object... options) throws Exception {
    AttentionInRois command = run(options);
    assertFalse(command.isCanceled(), command.getCancelReason());
    return Analyzer.getResultsTable();
  }

  String refusal(Object... options) throws Exception {
    AttentionInRois command = run(options);
    assertTrue(command.isCanceled(), "not refused");
    PlainSentence.check(command.getCancelReason());
    assertEquals(0, Analyzer.getResultsTable().size());
    return command.getCancelReason();
  }
}
