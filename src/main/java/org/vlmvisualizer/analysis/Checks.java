package org.vlmvisualizer.analysis;

import java.util.Arrays;
import org.vlmvisualizer.core.Words;

/**
 * What tells how far to trust an answer's maps.
 *
 * @param evidence whether each token's probability without the picture is asked: one pass, over
 *     question and answer alone once a plain picture was read
 * @param map whether each map of a content token is checked: two passes over everything each
 * @param stability whether it is looked if maps stay on a picture that is moved: three passes
 */
public record Checks(boolean evidence, boolean map, boolean stability) {
  /** Nothing beside the answer. */
  public static final Checks NONE = new Checks(false, false, false);

  private static final String ON = "on";
  private static final String OFF = "off";

  /** What is checked beside the evidence. */
  private enum Checked {
    NOTHING(false, false),
    MAP(true, false),
    STABILITY(false, true),
    ALL(true, true);

    private final boolean map;
    private final boolean stability;

    Checked(boolean map, boolean stability) {
      this.map = map;
      this.stability = stability;
    }
  }

  /**
   * What they cost beside the answer at most, in readings of the whole prompt, pictures included.
   *
   * @param tokens of the answer
   */
  public int passes(int tokens) {
    return (evidence ? 1 : 0) + (map ? 2 * tokens : 0) + (stability ? 3 : 0);
  }

  /**
   * @throws org.vlmvisualizer.core.InputException if a word is not one of those expected
   */
  static Checks of(Words words) {
    Checked checked = words.choice("check", Checked.values());
    return new Checks(!words.isSecond("evidence", ON, OFF), checked.map, checked.stability);
  }

  String evidenceWord() {
    return evidence ? ON : OFF;
  }

  String checkWord() {
    return Arrays.stream(Checked.values())
        .filter(checked -> checked.map == map && checked.stability == stability)
        .map(Words::word)
        .findFirst()
        .orElseThrow();
  }
}
