package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.vlmvisualizer.area.Region;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.GeneratedToken;

/**
 * A token of an answer, and where in the picture what it names truly is.
 *
 * @param token its number, from 0
 * @param region in pixels of the picture; null if that is not known
 */
public record Target(int token, Region region) {

  /**
   * A region with a name, such as a ROI.
   *
   * @param name the words that are true of it, or anything if it is the only one
   * @param region in pixels of the picture
   */
  public record Named(String name, Region region) {
    private Set<String> words() {
      return Set.of(folded(name).split("[\\s,;/]+"));
    }
  }

  /**
   * The content tokens of an answer, without a model's thoughts, which may name anything. A word
   * lies in the region whose name holds it: "red" in "star red". The second "red" of an answer lies
   * in the second such region. Where there is one region, and its name holds no word of the answer,
   * all words lie in it.
   *
   * @param regions none if nothing is known
   */
  public static List<Target> of(List<GeneratedToken> tokens, List<Named> regions) {
    List<AnswerWord> words =
        AnswerWord.of(tokens).stream().filter(w -> !tokens.get(w.first()).isThought()).toList();
    boolean named = words.stream().anyMatch(w -> regions.stream().anyMatch(r -> isIn(w, r)));
    Map<String, Integer> seen = new HashMap<>();
    List<Target> targets = new ArrayList<>();
    for (AnswerWord word : words) {
      List<Named> own = regions.stream().filter(r -> isIn(word, r)).toList();
      int nth = seen.merge(folded(word.text()), 1, Integer::sum) - 1;
      Region region = nth < own.size() ? own.get(nth).region : null;
      if (regions.size() == 1 && !named) {
        region = regions.get(0).region;
      }
      for (int token : word.tokens()) {
        targets.add(new Target(token, region));
      }
    }
    return targets;
  }

  private static boolean isIn(AnswerWord word, Named region) {
    return region.words().contains(folded(word.text()));
  }

  private static String folded(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }
}
