package org.vlmvisualizer.output;

import java.util.List;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.Candidate;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.TokenMaps;

/**
 * What the report tells of how far the chosen token's map can be trusted: a place for each figure,
 * and on each token's button what goes there.
 */
final class TrustMarkup {
  private static final String ROW = "<dt>%s</dt><dd id=\"%s\"></dd>\n";
  private static final String DATA = " data-%s=\"%s\"";
  private static final String NONE = "–";

  private TrustMarkup() {}

  /** Rows of the list of figures; empty where nothing was asked. */
  static String places(TokenMaps maps) {
    StringBuilder out = new StringBuilder();
    if (maps.hasEvidence()) {
      out.append(ROW.formatted("Without it", "without")).append(ROW.formatted("Origin", "origin"));
    }
    if (maps.tokens().stream().anyMatch(token -> token.others() != null)) {
      out.append(ROW.formatted("Other tokens", "others"));
    }
    if (maps.hasChecks()) {
      out.append(ROW.formatted("Map check", "check"));
    }
    return out.toString();
  }

  /** Attributes of a token's button, under the names of the places. */
  static String attributes(GeneratedToken token) {
    StringBuilder out = new StringBuilder();
    if (token.origin() != null) {
      MapTrust trust = MapTrust.of(token);
      put(out, "without", Markup.format("%.4f", token.probabilityWithoutImage()));
      put(out, "origin", trust.originSentence());
    }
    if (token.others() != null) {
      put(out, "others", others(token.others()));
    }
    if (token.check() != null) {
      put(out, "check", check(token.check(), MapTrust.of(token)));
    }
    return out.toString();
  }

  private static void put(StringBuilder out, String name, String text) {
    out.append(DATA.formatted(name, Markup.escape(text)));
  }

  private static String others(List<Candidate> others) {
    return others.isEmpty()
        ? NONE
        : others.stream()
            .map(o -> Markup.format("%s %.4f", TokenText.label(o).strip(), o.probability()))
            .collect(Collectors.joining(" · "));
  }

  private static String check(MapCheck check, MapTrust trust) {
    return Markup.format(
        "F %s: probability %.4f with only the map's highest tenth, %.4f without it%s",
        MapTrust.number(check.faithfulness()),
        check.only(),
        check.without(),
        trust.misses() ? "; " + trust.warning() : "");
  }
}
