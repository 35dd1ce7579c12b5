package org.vlmvisualizer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.ViewMaps;
import org.vlmvisualizer.core.WordMaps;

/**
 * One row of figures per word of the answer ({@link AnswerWord}).
 *
 * <p>Columns: index (from 1), word, first_token and last_token (index in the {@link TokenTable}),
 * probability (product of its tokens'), lowest_probability (of its tokens), and from
 * image_attention on those of the {@link TokenTable}: of attention and views, the mean over its
 * tokens; of the map, that of the word's map, over its sum.
 *
 * @param picture title of the source image
 * @param words the words, in order; there may be none
 * @param lowest lowest probability of each word's tokens
 * @param rows the figures, one row per word
 * @param views each view by itself, if there are several
 * @param thinks whether the words are of a model that thinks
 */
public record WordTable(
    String picture,
    List<AnswerWord> words,
    double[] lowest,
    List<TokenRow> rows,
    List<ViewMaps> views,
    boolean thinks)
    implements MapTable {
  private static final int SHARED = TokenRow.COLUMNS.indexOf("image_attention");

  /** Names of the columns, in the order of {@link #cells}. */
  static final List<String> COLUMNS = columnNames();

  /**
   * Measures the map of every word.
   *
   * @param maps of the tokens
   * @param source the image that the positions are in
   */
  public static WordTable of(TokenMaps maps, SourceFrame source, Pooling pooling) {
    return of(maps, AnswerWord.of(maps.tokens()), source, pooling);
  }

  /**
   * Measures the maps of some words or phrases.
   *
   * @param words of the answer, a row each
   */
  public static WordTable of(
      TokenMaps maps, List<AnswerWord> words, SourceFrame source, Pooling pooling) {
    Optional<WordMaps> found = WordMaps.of(maps, words, pooling);
    if (found.isEmpty()) {
      return new WordTable(
          source.title(), List.of(), new double[0], List.of(), List.of(), maps.thinks());
    }
    WordMaps measured = found.get();
    List<TokenRow> rows =
        IntStream.range(0, words.size()).mapToObj(w -> row(measured, w, source)).toList();
    return new WordTable(
        source.title(), words, measured.lowest(), rows, measured.maps().views(), maps.thinks());
  }

  private static TokenRow row(WordMaps words, int w, SourceFrame source) {
    return words.words().get(w).size() == 1
        ? TokenRow.of(words.maps(), w, source) // to the last digit as in the other table
        : TokenRow.of(words.maps(), w, source, false);
  }

  private static List<String> columnNames() {
    List<String> names =
        new ArrayList<>(
            List.of(
                "index", "word", "first_token", "last_token", "probability", "lowest_probability"));
    names.addAll(TokenRow.COLUMNS.subList(SHARED, TokenRow.COLUMNS.size()));
    return List.copyOf(names);
  }

  @Override
  public List<String> columns() {
    return COLUMNS;
  }

  @Override
  public List<List<Object>> cells() {
    return IntStream.range(0, rows.size()).mapToObj(this::cells).toList();
  }

  private List<Object> cells(int row) {
    AnswerWord word = words.get(row);
    double probability = rows.get(row).token().probability();
    List<Object> cells =
        new ArrayList<>(
            List.of(
                row + 1, word.text(), word.first() + 1, word.last() + 1, probability, lowest[row]));
    List<Object> figures = rows.get(row).values();
    cells.addAll(figures.subList(SHARED, figures.size()));
    return cells;
  }
}
