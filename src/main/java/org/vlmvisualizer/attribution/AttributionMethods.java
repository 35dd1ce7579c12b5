package org.vlmvisualizer.attribution;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vlmvisualizer.core.InputException;

/** The methods to choose from. */
public final class AttributionMethods {
  private static final Map<String, Function<AttentionOptions, AttributionMethod>> ALL =
      new LinkedHashMap<>();

  static {
    ALL.put(LanguageAttention.NAME, LanguageAttention::new);
    ALL.put(LanguageVisionAttention.NAME, LanguageVisionAttention::new);
    ALL.put(LocalizationHeads.NAME, LocalizationHeads::new);
    ALL.put(LogitAttribution.NAME, LogitAttribution::new);
    ALL.put(ValueNorm.NAME, ValueNorm::new);
    ALL.put(Rollout.NAME, Rollout::new);
    ALL.put(RelativeAttention.NAME, RelativeAttention::new);
    ALL.put(TokenActivation.NAME, TokenActivation::new);
    ALL.put(Occlusion.NAME, Occlusion::ofPixels);
    ALL.put(Occlusion.TOKENS, Occlusion::ofTokens);
    ALL.put(IntegratedGradients.NAME, IntegratedGradients::new);
  }

  private AttributionMethods() {}

  /** Their names, the default first. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** Names of those that do with sinks what is asked, the default first. */
  public static List<String> names(Sinks sinks) {
    return ALL.keySet().stream()
        .filter(
            name -> sinks != Sinks.REMOVE || make(name, AttentionOptions.REFERENCE).removesSinks())
        .toList();
  }

  /**
   * One that maps of kept attention can be made by.
   *
   * @throws InputException if it is another
   */
  static RowMethod ofRows(String name, AttentionOptions options) {
    if (of(name, options) instanceof RowMethod method) {
      return method;
    }
    throw new InputException(
        "Expected an answer with maps of method localization-heads, language or vlm-visualizer, of which layers and heads can be chosen afterwards, found %s."
            .formatted(name));
  }

  /**
   * @throws InputException if there is no method of that name, or its maps cannot leave out sinks
   *     and the options ask for it
   */
  public static AttributionMethod of(String name, AttentionOptions options) {
    AttributionMethod method = make(name.strip(), options);
    if (options.sinks() == Sinks.REMOVE && !method.removesSinks()) {
      throw new InputException(
          "Expected sinks=keep or sinks=mark with method %s, whose maps cannot leave out sinks, found sinks=remove; choose one of the methods %s, or keep the sinks."
              .formatted(method.name(), String.join(", ", names(Sinks.REMOVE))));
    }
    return method;
  }

  private static AttributionMethod make(String name, AttentionOptions options) {
    Function<AttentionOptions, AttributionMethod> method = ALL.get(name);
    if (method == null) {
      throw new InputException(
          "Expected one of the methods %s, found '%s'."
              .formatted(String.join(", ", ALL.keySet()), name));
    }
    return method.apply(options);
  }
}
