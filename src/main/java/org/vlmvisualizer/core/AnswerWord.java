package org.vlmvisualizer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A word of an answer: tokens in a row.
 *
 * <p>A token begins a word if it is the first one, begins with white space, or follows white space,
 * punctuation or a control token; and before and after each Chinese or Japanese character, in whose
 * scripts no spaces stand between words. Hyphens, apostrophes and low lines between letters or
 * digits, and points, commas and colons between digits, are part of their word: top-right, dog's,
 * 3.5. Tokens of white space, of punctuation and mathematical signs, and control tokens are not
 * content and belong to no word otherwise.
 *
 * @param first its first token, from 0
 * @param last its last token, the same as {@code first} if it has one
 * @param text as it was written, without white space around it
 */
public record AnswerWord(int first, int last, String text) {
  private static final String BETWEEN_LETTERS = "-‐‑'’_";
  private static final String BETWEEN_DIGITS = ".,:";

  /** Zero-width joiner and non-joiner, as within emoji and Persian words. */
  private static final String JOINERS = "\u200c\u200d";

  /** All words of an answer, in order; none where there is no content. */
  public static List<AnswerWord> of(List<GeneratedToken> tokens) {
    AnswerText text = AnswerText.of(tokens);
    List<AnswerWord> words = new ArrayList<>();
    for (int first = 0, next; first < tokens.size(); first = next) {
      next = first + 1;
      while (next < tokens.size() && continues(text, next)) {
        next++;
      }
      if (hasContent(text, first, next - 1)) {
        words.add(new AnswerWord(first, next - 1, text.of(first, next - 1)));
      }
    }
    return words;
  }

  /**
   * Tokens in a row as a reader would quote them, whatever words they are of.
   *
   * @param first the first of them, from 0
   * @param last the last of them
   */
  public static AnswerWord phrase(List<GeneratedToken> tokens, int first, int last) {
    return new AnswerWord(first, last, AnswerText.of(tokens).of(first, last));
  }

  /**
   * The word that a token belongs to, or null.
   *
   * @param words of the answer, in order
   */
  public static AnswerWord at(int token, List<AnswerWord> words) {
    int low = 0;
    int high = words.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (words.get(middle).last < token) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < words.size() && words.get(low).first <= token ? words.get(low) : null;
  }

  /** How many tokens it has. */
  public int size() {
    return last - first + 1;
  }

  /** Its tokens, ascending. */
  public int[] tokens() {
    return IntStream.rangeClosed(first, last).toArray();
  }

  private static boolean hasContent(AnswerText text, int firstToken, int lastToken) {
    return IntStream.range(text.starts()[firstToken], text.ends()[lastToken])
        .anyMatch(place -> isContent(text.at(place)));
  }

  /** Whether a token goes on with what the one before it is part of. */
  private static boolean continues(AnswerText text, int token) {
    int place = text.starts()[token];
    int before = text.at(place - 1);
    int begin = text.at(place);
    if (text.within()[token] || clings(begin) && (isContent(before) || clings(before))) {
      return true;
    }
    if (isContent(before) && isContent(begin)) {
      return !standsAlone(before) && !standsAlone(begin);
    }
    return isJoiner(before) || isInner(text, place) || isInner(text, place - 1);
  }

  /** Whether a mark of punctuation is part of the word around it. */
  private static boolean isInner(AnswerText text, int place) {
    int mark = text.at(place);
    int before = text.at(place - 1);
    int after = text.at(place + 1);
    return BETWEEN_DIGITS.indexOf(mark) >= 0
        ? Character.isDigit(before) && Character.isDigit(after)
        : BETWEEN_LETTERS.indexOf(mark) >= 0 && isInWord(before) && isInWord(after);
  }

  private static boolean isInWord(int character) {
    return isContent(character) && !standsAlone(character);
  }

  /** Letters, digits, marks, currencies, and pictures such as ° and emoji. */
  private static boolean isContent(int character) {
    return switch (Character.getType(character)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION,
          Character.MATH_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT ->
          false;
      default -> true;
    };
  }

  /** Whether a character goes with the one before it, whatever that is. */
  private static boolean clings(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          true;
      default ->
          isJoiner(character)
              || isLengthMark(character)
              || character >= 0x1f3fb && character <= 0x1f3ff; // skin tones of emoji
    };
  }

  private static boolean isJoiner(int character) {
    return JOINERS.indexOf(character) >= 0;
  }

  /** Makes the syllable of kana before it longer. */
  private static boolean isLengthMark(int character) {
    return character == 'ー' || character == 'ｰ';
  }

  /** Chinese and Japanese characters. */
  private static boolean standsAlone(int character) {
    return switch (Character.UnicodeScript.of(character)) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO -> true;
      default -> isLengthMark(character);
    };
  }
}
