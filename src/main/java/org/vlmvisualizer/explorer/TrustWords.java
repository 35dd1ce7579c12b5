package org.vlmvisualizer.explorer;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Origin;
import org.vlmvisualizer.output.MapTrust;
import org.vlmvisualizer.output.TokenText;

/**
 * What the {@link TrustPanel} says.
 *
 * @param token the selected tokens as one
 * @param single whether it is one
 */
record TrustWords(GeneratedToken token, boolean single, ExplorerState state) {
  private static final double LEAST = 0.0001; // with four digits
  private static final int TIMES = 10000;

  /** Where the tokens came from, or why that is not known. */
  String origin() {
    if (token.origin() != null) {
      String words = token.origin().toString();
      return words.substring(0, 1).toUpperCase(Locale.ROOT)
          + words.substring(1).replace("without it", "without the picture");
    }
    if (!state.answer().evidenceLeftOut().isEmpty()) {
      return "Not known: " + state.answer().evidenceLeftOut();
    }
    return state.answer().awaitsEvidence()
        ? "From the picture? Not known yet"
        : "From the picture? Not asked";
  }

  /** p, p0 and how they compare. */
  String probabilities() {
    Double without = token.probabilityWithoutImage();
    if (without == null) {
      return "";
    }
    String p = Figures.probability(token.probability());
    String p0 = Figures.probability(without);
    return token.origin() == Origin.TEXT
        ? "p %s, without it %s: its map says little".formatted(p, p0)
        : "p %s, without it %s%s".formatted(p, p0, times());
  }

  /** How many times as likely the picture made it. */
  private String times() {
    double times = Math.exp(token.imageEvidence());
    return times >= TIMES
        ? " (> 10,000 ×)"
        : String.format(Locale.ROOT, times < 10 ? " (%.1f ×)" : " (%.0f ×)", times);
  }

  /** F and the probabilities that it is the difference of. */
  String check() {
    MapCheck check = token.check();
    if (check != null) {
      return "Map check: F %s = %s − %s"
          .formatted(
              MapTrust.number(check.faithfulness()),
              Figures.probability(check.only()),
              Figures.probability(check.without()));
    }
    if (!state.maps().hasChecks()) {
      return "";
    }
    return single ? "Map check: not of this token" : checks();
  }

  /** Of several tokens, each by itself. */
  private String checks() {
    DoubleSummaryStatistics found =
        IntStream.of(state.shown().tokens())
            .mapToObj(t -> state.maps().tokens().get(t).check())
            .filter(Objects::nonNull)
            .mapToDouble(MapCheck::faithfulness)
            .summaryStatistics();
    return found.getCount() == 0
        ? "Map check: only of single tokens"
        : "Map checks of %d: F %s to %s"
            .formatted(
                found.getCount(), MapTrust.number(found.getMin()), MapTrust.number(found.getMax()));
  }

  /** That the map is not to be relied on; empty if nothing was found against it. */
  String warning() {
    MapTrust trust = MapTrust.of(token);
    return trust.misses() ? "Warning: " + trust.warning() : "";
  }

  /** What the check means. */
  String reason() {
    if (token.check() == null) {
      return "";
    }
    return MapTrust.of(token).misses()
        ? "Likelier with its top tenth hidden than alone"
        : "F = p with only its top tenth − p without";
  }

  /** What else might have stood there. */
  List<String> others() {
    if (!single) {
      return List.of("(select one token)");
    }
    return token.others() == null ? List.of() : token.others().stream().map(this::row).toList();
  }

  private String row(Candidate other) {
    double p = other.probability();
    String number = p < LEAST ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", p);
    String label = TokenText.drawable(TokenText.label(other).strip(), TrustPanel.FONT);
    return number + "   " + label; // begins otherwise than <html>
  }
}
