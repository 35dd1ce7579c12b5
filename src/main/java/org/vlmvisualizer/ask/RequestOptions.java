package org.vlmvisualizer.ask;

import java.util.List;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.VisionLayers;

/** Options as the words that dialogs, macros and the command line share. None is trusted. */
public final class RequestOptions {
  private RequestOptions() {}

  /**
   * @throws InputException if a word is not one of those expected, or the prompt was not read whole
   *     or has half of a character
   */
  public static AnalysisRequest request(
      String prompt,
      String method,
      String vision,
      String layers,
      String heads,
      String first,
      String keep,
      String template,
      String system,
      String fit,
      int length) {
    LocaleText.require(prompt);
    AttentionOptions options =
        new AttentionOptions(
            IndexRange.parse("layers", layers),
            IndexRange.parse("heads", heads),
            isSecond("first", first, "drop", "keep"),
            isSecond("vision", vision, "all", "selected")
                ? VisionLayers.SELECTED
                : VisionLayers.ALL);
    checkWhole(prompt);
    return new AnalysisRequest(
        prompt,
        method,
        options,
        Keep.parse(keep),
        template,
        isSecond("system", system, "drop", "keep"),
        isSecond("fit", fit, "pad", "crop") ? Fit.CROP : Fit.PAD,
        length);
  }

  private static void checkWhole(String prompt) {
    int half = prompt == null ? -1 : CleanText.loneSurrogate(prompt);
    if (half >= 0) {
      throw new InputException(
          "Expected a question of whole characters, found half of one (U+%04X) after %d others. Type that character again."
              .formatted((int) prompt.charAt(half), prompt.codePointCount(0, half)));
    }
  }

  private static boolean isSecond(String key, String value, String one, String other) {
    if (!List.of(one, other).contains(value)) {
      throw new InputException(
          "Expected %s to be %s or %s, found '%s'.".formatted(key, one, other, value));
    }
    return value.equals(other);
  }
}
