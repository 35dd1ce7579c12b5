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
    ALL.put(LanguageVisionAttention.NAME, LanguageVisionAttention::new);
    ALL.put(LanguageAttention.NAME, LanguageAttention::new);
  }

  private AttributionMethods() {}

  /** Their names, the default first. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * @throws InputException if there is no method of that name
   */
  public static AttributionMethod of(String name, AttentionOptions options) {
    Function<AttentionOptions, AttributionMethod> method = ALL.get(name.strip());
    if (method == null) {
      throw new InputException(
          "Expected one of the methods %s, found '%s'."
              .formatted(String.join(", ", ALL.keySet()), name));
    }
    return method.apply(options);
  }
}
