package org.vlmvisualizer.boxes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.AnswerBoxes;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.NamedBox;

/** Boxes and points of each format, in pixels that were computed by hand. */
class BoxFormatTest {
  private static final double ROUNDING = 1e-9;

  /** 61 x 36 pixels, resized to 64 x 32: a pixel that the model saw is 0.953125 x 1.125 of them. */
  private static final SeenPicture RESIZED =
      new SeenPicture(Grid.stretched(61, 36, 8, 4, 8), 64, 32);

  /** 100 x 50 pixels in a square of 100, 25 pixels of border above and below. */
  private static final SeenPicture PADDED =
      new SeenPicture(Grid.padded(100, 50, 336, 14), 336, 336);

  private static AnswerBoxes read(BoxFormat format, String answer) {
    return format.read(answer, format == BoxFormat.LLAVA ? PADDED : RESIZED);
  }

  private static NamedBox box(String label, double x1, double y1, double x2, double y2) {
    return new NamedBox(label, x1, y1, x2 - x1, y2 - y1);
  }

  private static NamedBox point(String label, double x, double y) {
    return new NamedBox(label, x, y, 0, 0);
  }

  private static void check(AnswerBoxes found, NamedBox... expected) {
    assertEquals("", found.leftOut());
    checkSome(found, expected);
  }

  private static void checkSome(AnswerBoxes found, NamedBox... expected) {
    assertEquals(expected.length, found.boxes().size(), found.toString());
    for (int i = 0; i < expected.length; i++) {
      NamedBox box = found.boxes().get(i);
      assertEquals(expected[i].label(), box.label());
      assertEquals(expected[i].x(), box.x(), ROUNDING, box.toString());
      assertEquals(expected[i].y(), box.y(), ROUNDING, box.toString());
      assertEquals(expected[i].width(), box.width(), ROUNDING, box.toString());
      assertEquals(expected[i].height(), box.height(), ROUNDING, box.toString());
    }
  }

  private static void checkLeftOut(AnswerBoxes found, String part, NamedBox... expected) {
    PlainSentence.check(found.leftOut());
    assertTrue(found.leftOut().contains(part), found.leftOut());
    checkSome(found, expected);
  }

  @Test
  void qwen2WritesThousandthsBetweenMarks() {
    check(
        read(
            BoxFormat.QWEN2_VL,
            "<|object_ref_start|>red star<|object_ref_end|><|box_start|>(100,250),(500,750)<|box_end|>"
                + " and <|object_ref_start|>dots<|object_ref_end|><|box_start|>(0,0),(999,500)<|box_end|>,"
                + "<|box_start|>(500,500)<|box_end|>; here, <|box_start|>( 10, 0),(20 , 1000)<|box_end|>"
                + "<|im_end|>"),
        box("red star", 6.1, 9, 30.5, 27),
        box("dots", 0, 0, 60.939, 18),
        point("dots", 30.5, 18),
        box("", 0.61, 0, 1.22, 36));
  }

  @Test
  void qwen25WritesPixelsOfTheResizedPictureAsJson() {
    check(
        read(
            BoxFormat.QWEN2_5_VL,
            """
            There are some:
            ```json
            [
            \t{"bbox_2d": [8, 4, 32, 20], "label": "star \\u00e9 {\\"[x]\\"}"},
            \t{"label": "dot", "point_2d": [64, 32]},
            \t{"bbox_2d": [0, 0, 64.0, 3.2e1], "text_content": "Two lines", "colour": {"name": "red"}}
            ]
            ```
            """),
        box("star é {\"[x]\"}", 7.625, 4.5, 30.5, 22.5),
        point("dot", 61, 36),
        box("Two lines", 0, 0, 61, 36));
  }

  @Test
  void qwen3WritesTheSameInThousandths() {
    check(
        read(
            BoxFormat.QWEN3_VL,
            "{\"bbox_2d\": [100, 250, 500, 750], \"label\": \"star\", \"point_2d\": [1000, 0]}"),
        box("star", 6.1, 9, 30.5, 27),
        point("star", 61, 0));
  }

  @Test
  void internVlWritesAListBetweenTags() {
    check(
        read(
            BoxFormat.INTERNVL,
            "A <ref>star</ref><box>[[100, 250, 500, 750], [0,0,1000,1000]]</box> on black, and"
                + " <ref>dog</ref><box>(100,250),(500,750)</box>."),
        box("star", 6.1, 9, 30.5, 27),
        box("star", 0, 0, 61, 36),
        box("dog", 6.1, 9, 30.5, 27));
  }

  /** 0.25 of the square's height is the picture's upper edge, 0.75 its lower one. */
  @Test
  void llavaWritesSharesOfTheSquare() {
    check(
        read(BoxFormat.LLAVA, "[0.1, 0.25, 0.5, 0.75] or [0.21,0.5,0.36,0.6]"),
        box("", 10, 0, 50, 50),
        box("", 21, 25, 36, 35));
    check(
        read(
            BoxFormat.LLAVA,
            "[1, 2, 3, 4] of [0, 0, 1, 1] in [0.5, 0.6] and [1.5, 0.1, 0.2, 0.3]"));
  }

  @Test
  void aFamilyWithoutFormatHasNone() {
    check(read(BoxFormat.NONE, "{\"bbox_2d\": [1, 2, 3, 4]} <box>[[1, 2, 3, 4]]</box>"));
    for (BoxFormat format : BoxFormat.values()) {
      check(read(format, ""));
      check(read(format, "A star at (3, 4), of 5 {pixels}."));
    }
  }

  @Test
  void cornersInTheWrongOrderArePutRightAndSlipsAreCut() {
    check(
        read(
            BoxFormat.QWEN3_VL,
            "[{\"bbox_2d\": [500, 750, 100, 250]}, {\"bbox_2d\": [-50, 900, 500, 1100]}]"),
        box("", 6.1, 9, 30.5, 27),
        box("", 0, 32.4, 30.5, 36));
    check(read(BoxFormat.LLAVA, "[0.5, 0.6, 0.1, 0.0]"), box("", 10, 0, 50, 35)); // onto the border
  }

  @Test
  void whatLiesOutsideOrHasNoAreaIsLeftOut() {
    checkLeftOut(
        read(
            BoxFormat.QWEN3_VL,
            "[{\"bbox_2d\": [100, 250, 1500, 750]}, {\"bbox_2d\": [5, 5, 5, 9]}, {\"point_2d\": [1001,"
                + " 3]}, {\"bbox_2d\": [1e300, 0, -1e300, 1e999]}, {\"point_2d\": [0, 1000]}]"),
        "4 outside",
        point("", 0, 36));
    checkLeftOut(read(BoxFormat.LLAVA, "[0.1, 0.1, 0.5, 0.2]"), "1 outside"); // all on the border
  }

  @Test
  void ofAnAnswerThatIsCutOffAllWholeBoxesCount() {
    String json = "[{\"bbox_2d\": [100, 250, 500, 750], \"label\": \"a\"}, {\"bbox_2d\": [1, 2, 3";
    checkLeftOut(
        read(BoxFormat.QWEN3_VL, json), "1 that cannot be understood", box("a", 6.1, 9, 30.5, 27));
    String marked = "<ref>a</ref><box>[[100, 250, 500, 750]]</box><box>[[1, 2";
    checkLeftOut(
        read(BoxFormat.INTERNVL, marked),
        "1 that cannot be understood",
        box("a", 6.1, 9, 30.5, 27));
  }

  @Test
  void whatIsBrokenIsLeftOutAndCounted() {
    for (String json :
        List.of(
            "{\"bbox_2d\": [1, 2, 3], \"label\": \"a\"}",
            "{\"bbox_2d\": [[1, 2, 3, 4]]}",
            "{\"bbox_2d\": [NaN, 2, 3, 4]}",
            "{\"bbox_2d\": [\"1\", 2, 3, 4]}",
            "{\"bbox_2d\": {\"x\": 1}}",
            "{\"bbox_2d\": null}",
            "{\"point_2d\": [1, 2, 3, 4]}",
            "{'bbox_2d': [1, 2, 3, 4]}",
            "{\"bbox_2d\": [1, 2, 3, 4] \"label\": 1}",
            "{\"bbox_2d\": ")) {
      checkLeftOut(read(BoxFormat.QWEN3_VL, json), "1 that cannot be understood");
    }
    checkLeftOut(
        read(BoxFormat.QWEN3_VL, "{\"bbox_2d\": 5, \"point_2d\": [500, 500]}"),
        "1 that cannot be understood",
        point("", 30.5, 18));
    check(read(BoxFormat.QWEN3_VL, "A list of \"bbox_2d\", {\"label\": \"bbox_2d\"}."));
    for (String places :
        List.of(
            "",
            "(1,2,3,4)",
            "(1,2),(3,4),(5,6)",
            "(1,2),(3,4),(5,6),(7,8)",
            "(NaN,2),(3,4)",
            "(1e300,2),(3,4)",
            "(11111111,2),(3,4)",
            "[[1,2,3]]",
            "[1,2],[3,4]",
            "star")) {
      String answer = "<ref>a</ref><box>" + places + "</box>";
      checkLeftOut(read(BoxFormat.INTERNVL, answer), "1 that cannot be understood");
    }
    checkLeftOut(
        read(BoxFormat.INTERNVL, "<box>[[100, 250, 500, 750], [1, 2]]</box>"),
        "1 that cannot be understood",
        box("", 6.1, 9, 30.5, 27));
  }

  @Test
  void namesAreShortLinesWithoutControlCharacters() {
    String name = "a\\u001b[1m\\n \\tb\\ud800" + "x".repeat(10_000);
    AnswerBoxes found =
        read(
            BoxFormat.QWEN3_VL,
            "{\"bbox_2d\": [0, 0, 9, 9], \"label\": \"%s\"}"
                .formatted(name.replace("\\ud800", "")));
    String label = found.boxes().get(0).label();
    assertTrue(label.startsWith("a?[1m bxx"), label);
    assertEquals(101, label.length());
    checkLeftOut(
        read(BoxFormat.QWEN3_VL, "{\"bbox_2d\": [0, 0, 9, 9], \"label\": \"%s\"}".formatted(name)),
        "1 that cannot be understood"); // half a character is no JSON
    check(
        read(BoxFormat.QWEN3_VL, "{\"bbox_2d\": [0, 0, 1000, 1000], \"label\": 7}"),
        box("7", 0, 0, 61, 36));
  }

  /** Longer than any answer is; none takes a time that grows with its square. */
  @Test
  void hostileAnswersEnd() {
    int many = 100_000;
    List<String> answers = new ArrayList<>();
    for (String part :
        List.of(
            "{\"bbox_2d\": [0, 0, 9, 9], \"label\": \"a\"},",
            "{\"bbox_2d\": ",
            "{\"a\": {\"bbox_2d\": 1} ",
            "{",
            "{\"",
            "[",
            "\\\"",
            "<ref>a</ref><box>[[0, 0, 9, 9]]</box>",
            "<ref>a",
            "<box>",
            "<box>[",
            "<|box_start|>(1,2)<|box_end|>",
            "[0.1, 0.3, 0.5, 0.7]",
            "[0.1, 0.3, 0.5, ",
            "[[0, 0, 9, 9], ")) {
      answers.add(part.repeat(many));
    }
    answers.add("{".repeat(many) + "\"bbox_2d\"" + "}".repeat(many));
    answers.add("{\"a\":".repeat(many) + "{\"bbox_2d\": [0, 0, 9, 9]}" + "}".repeat(many));
    answers.add("<box>" + "[0, 0, 9, 9],".repeat(many) + "</box>");
    answers.add("<box>" + "[".repeat(many) + "]".repeat(many) + "</box>");
    for (String answer : answers) {
      for (BoxFormat format : BoxFormat.values()) {
        AnswerBoxes found = read(format, answer);
        assertTrue(found.boxes().size() <= FoundBoxes.MOST);
        if (!found.leftOut().isEmpty()) {
          PlainSentence.check(found.leftOut());
        }
      }
    }
    AnswerBoxes found = read(BoxFormat.QWEN3_VL, "{\"bbox_2d\": [0, 0, 9, 9]},".repeat(1_000_000));
    assertEquals(FoundBoxes.MOST, found.boxes().size());
    assertTrue(found.leftOut().contains("all behind the first 1000"), found.leftOut());
    assertEquals(1, read(BoxFormat.QWEN3_VL, answers.get(answers.size() - 3)).boxes().size());
  }
}
