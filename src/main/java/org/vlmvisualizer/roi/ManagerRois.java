package org.vlmvisualizer.roi;

import ij.macro.Interpreter;
import ij.plugin.frame.RoiManager;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.output.AnswerRois;
import org.vlmvisualizer.output.AttentionResult;

/** ImageJ's ROI Manager: its window, or the hidden one of a macro in batch mode. */
public final class ManagerRois {
  private ManagerRois() {}

  /** Null if there is none. */
  static RoiManager manager() {
    RoiManager window = RoiManager.getRawInstance();
    return window == null && Interpreter.isBatchModeRoiManager()
        ? Interpreter.getBatchModeRoiManager()
        : window;
  }

  /**
   * Adds the boxes and points of answers behind what is there, under names that are free; opens the
   * ROI Manager if there is none, which takes a display. Not recorded, since the command is.
   */
  public static void add(List<AttentionResult> answers) {
    RoiManager manager = opened();
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < manager.getCount(); i++) {
      taken.add(manager.getName(i));
    }
    for (AttentionResult answer : answers) {
      AnswerRois.of(answer, taken).forEach(roi -> manager.add(roi, -1));
    }
  }

  private static RoiManager opened() {
    RoiManager manager = manager();
    RoiManager hidden = manager == null ? Interpreter.getBatchModeRoiManager() : manager;
    return hidden == null ? new RoiManager() : hidden;
  }
}
