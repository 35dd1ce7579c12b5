package org.vlmvisualizer.boxes;

import org.vlmvisualizer.core.AnswerBoxes;

/**
 * How the models of a family write boxes and points: x before y, from the upper left corner. A
 * model that was tuned on other answers may write them otherwise.
 */
public enum BoxFormat {
  /** None that is known. */
  NONE((answer, found) -> {}, Unit.THOUSANDTHS),

  /**
   * {@code <|object_ref_start|>star<|object_ref_end|><|box_start|>(x1,y1),(x2,y2)<|box_end|>}, of a
   * point one pair, in thousandths.
   *
   * <p>Source: P. Wang et al., Qwen2-VL, 2024, https://arxiv.org/abs/2409.12191; the unit also in
   * process_bbox.ipynb of github.com/QwenLM/Qwen3-VL.
   */
  QWEN2_VL(
      new MarkedBoxes("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"),
      Unit.THOUSANDTHS),

  /**
   * JSON, {@code [{"bbox_2d": [x1, y1, x2, y2], "label": "star"}, {"point_2d": [x, y], "label":
   * "star"}]}, in pixels of the picture as it was resized for the model.
   *
   * <p>Source: process_bbox.ipynb of github.com/QwenLM/Qwen3-VL.
   */
  QWEN2_5_VL(new JsonBoxes(), Unit.PIXELS),

  /**
   * The same in thousandths.
   *
   * <p>Source: 2d_grounding.ipynb of github.com/QwenLM/Qwen3-VL.
   */
  QWEN3_VL(new JsonBoxes(), Unit.THOUSANDTHS),

  /**
   * {@code <ref>star</ref><box>[[x1, y1, x2, y2], …]</box>}, in thousandths. With round brackets,
   * {@code (x1,y1),(x2,y2)}, the first Qwen-VL writes the same.
   *
   * <p>Source: internvl.readthedocs.io, chat data format, grounding data.
   */
  INTERNVL(new MarkedBoxes("<ref>", "</ref>", "<box>", "</box>"), Unit.THOUSANDTHS),

  /**
   * {@code [0.12, 0.3, 0.5, 0.7]}: left, top, right and bottom as shares of the square that the
   * picture was padded to.
   *
   * <p>Source: the answers about Visual Genome among LLaVA-1.5's training data, and what others
   * found of their unit, github.com/haotian-liu/LLaVA/issues/606.
   */
  LLAVA(new BracketBoxes(), Unit.SHARES);

  /** Finds boxes in an answer. */
  interface Grammar {
    void read(String answer, FoundBoxes found);
  }

  /** What a coordinate counts. */
  enum Unit {
    /** Thousandths of the picture's width and height. */
    THOUSANDTHS,
    /** Pixels of what the model saw of it. */
    PIXELS,
    /** Width and height of what the model saw of it. */
    SHARES
  }

  private final Grammar grammar;
  private final Unit unit;

  BoxFormat(Grammar grammar, Unit unit) {
    this.grammar = grammar;
    this.unit = unit;
  }

  /**
   * The boxes and points of an answer, cut to the picture, corners in order.
   *
   * @param answer with control tokens; it may end anywhere
   */
  public AnswerBoxes read(String answer, SeenPicture picture) {
    FoundBoxes found = new FoundBoxes(unit, picture);
    grammar.read(answer, found);
    return found.all();
  }
}
