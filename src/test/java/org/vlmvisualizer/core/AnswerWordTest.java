package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerWordTest {
  private static List<GeneratedToken> tokens(String... texts) {
    return Arrays.stream(texts).map(text -> new GeneratedToken(1, text, 0.5)).toList();
  }

  /** Words with their tokens, as "banana 1-3; is 4". */
  private static String words(String... texts) {
    return AnswerWord.of(tokens(texts)).stream()
        .map(w -> w.text() + " " + w.first() + (w.size() > 1 ? "-" + w.last() : ""))
        .collect(Collectors.joining("; "));
  }

  /** Tokens lie between bars. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "A| ba|nan|a|.|</s>; A 0, banana 1-3",
        "The| top|-|right|,| not| -| left; The 0, top-right 1-3, not 5, left 7",
        "|up|-to|-|date|-; up-to-date 1-4",
        " 3|.|5| mm|.; 3.5 0-2, mm 3",
        " 1|,|000|.|25| at| 10|:|30|.; 1,000.25 0-4, at 5, 10:30 6-8",
        "v|1|.|x; v1 0-1, x 3",
        "the| dog|'|s| dogs|'| bone; the 0, dog’s 1-3, dogs 4, bone 6",
        "yes|,|no|!no; yes 0, no 2, !no 3",
        "\"|Hi|!|\"; Hi 1",
        "a| file|_|name|(|x|); a 0, file_name 1-3, x 5",
        "**|Bold|**| #| |; Bold 1",
        "2| +| 2| =| 4; 2 0, 2 2, 4 4",
        " $|5| 25|°|C| 50|%; $5 0-1, 25°C 2-4, 50 5",
        "<|im_start|>|x; im_start 1, x 3",
        "in|<0x0A>|ner; in 0, ner 2",
      })
  void tokensAreGrouped(String texts, String expected) {
    assertEquals(
        expected.replace(", ", "; ").replace('’', '\''), words(texts.strip().split("\\|", -1)));
  }

  @Test
  void controlTokensEndAWordAndBelongToNone() {
    assertEquals("ba 0; na 2", words("ba", "<|im_end|>", "na", "</s>", "", "<32000>"));
    assertEquals("", words("</s>"));
    assertEquals("", words(".", "\n\n", " ", "…"));
  }

  @Test
  void chineseAndJapaneseCharactersAreWordsOfTheirOwn() {
    assertEquals("图 0; 中 1; 有 2; 3 3; 个 4; 细胞 5", words("图", "中", "有", "3", "个", "细胞", "。"));
    assertEquals("cat 0-1; は 2; ケー 3-4; キ 5", words("c", "at", "は", "ケ", "ー", "キ", "、"));
  }

  @Test
  void otherScriptsAreGroupedAsLatinIs() {
    assertEquals("Größe 0-2; Ποῦ 3-4", words("Gr", "ö", "ße", " Πο", "ῦ", ";"));
    assertEquals("сине-зелёный 0-3", words(" сине", "-", "зел", "ёный", "»"));
    assertEquals("नमस्ते 0-3; दुनिया 4-5", words("न", "म", "स", "्ते", " दु", "निया", "।"));
    assertEquals("می\u200cخواهم 0-2", words("می", "\u200c", "خواهم", "؟"));
    assertEquals("세포 0-1; 가 2", words("세", "포", " 가", "."));
    assertEquals("ก\u0e49 0-1", words("ก", "\u0e49"));
  }

  @Test
  void aCharacterInPiecesIsOneCharacter() {
    assertEquals("细 0-2; 胞 3-4", words("<0xE7>", "<0xBB>", "<0x86>", "<0xE8><0x83>", "<0x9E>"));
    assertEquals("größe 0-3", words(" gr", "<0xC3>", "<0xB6>", "ße"));
    assertEquals("👩🏽\u200d🔬 0-3", words("👩", "🏽", "\u200d", "🔬", "!"));
    assertEquals("。", new AnswerTextProbe("<0xE3>", "<0x80>", "<0x82>").text());
    assertEquals("", words("<0xE3>", "<0x80>", "<0x82>"));
    assertEquals("a\ufffd 0-1", words("a", "<0xE7>"));
  }

  private record AnswerTextProbe(String... texts) {
    String text() {
      return AnswerText.of(tokens(texts)).of(0, texts.length - 1);
    }
  }

  @Test
  void aTokenKnowsItsWord() {
    List<AnswerWord> words = AnswerWord.of(tokens("A", " ba", "na", "."));
    assertEquals(new AnswerWord(0, 0, "A"), AnswerWord.at(0, words));
    assertEquals(new AnswerWord(1, 2, "bana"), AnswerWord.at(1, words));
    assertEquals(new AnswerWord(1, 2, "bana"), AnswerWord.at(2, words));
    assertNull(AnswerWord.at(3, words));
  }
}
