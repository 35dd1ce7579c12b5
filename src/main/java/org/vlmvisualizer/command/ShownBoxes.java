package org.vlmvisualizer.command;

import java.awt.GraphicsEnvironment;
import java.nio.file.Path;
import java.util.List;
import org.scijava.Context;
import org.scijava.log.LogService;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.EventThread;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.roi.ManagerRois;

/** Puts the boxes and points that answers name into the ROI Manager. */
final class ShownBoxes {
  private ShownBoxes() {}

  /**
   * @param folder for results, or null
   * @throws InputException without a display, where there is no ROI Manager, if there is no folder
   *     either
   */
  static void requireRoom(Path folder) {
    if (folder == null && GraphicsEnvironment.isHeadless()) {
      throw new InputException(
          "Expected a folder for output with boxes=rois and no display, since ImageJ has no ROI Manager there, found none; the ROIs go into answer-rois.zip of that folder.");
    }
  }

  /** Shows those of answers that were asked for them, and tells in the log what was left out. */
  static void show(List<AttentionResult> answers, Context context) {
    List<AttentionResult> asked = answers.stream().filter(AnswerRois::areAsked).toList();
    if (asked.isEmpty()) {
      return;
    }
    for (AttentionResult answer : asked) {
      String leftOut = AnswerRois.leftOut(answer);
      if (!leftOut.isEmpty()) {
        context.service(LogService.class).warn(answer.source().title() + ": " + leftOut);
      }
    }
    int count = asked.stream().mapToInt(AnswerRois::count).sum();
    if (count == 0) {
      say("The answer names no box or point in the format of its model's family.", context);
    } else if (!GraphicsEnvironment.isHeadless()) {
      EventThread.ask(
          () -> {
            ManagerRois.add(asked);
            return null;
          });
      say("Boxes and points added to the ROI Manager: %d.".formatted(count), context);
    }
  }

  private static void say(String sentence, Context context) {
    context.service(LastWord.class).say(sentence);
  }
}
