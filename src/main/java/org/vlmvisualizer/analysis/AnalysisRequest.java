package org.vlmvisualizer.analysis;

import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;

/**
 * What is asked of a model.
 *
 * @param question about the picture, without template
 * @param method name of an attribution method
 * @param keep whether attention is kept per layer or head ({@link Analysis#kept})
 * @param template "auto" for the checkpoint's own, or a template's name
 * @param keepSystem whether the template's system text is kept; dropped, it soaks up no attention
 * @param length tokens to generate at most
 */
public record AnalysisRequest(
    String question,
    String method,
    AttentionOptions options,
    Keep keep,
    String template,
    boolean keepSystem,
    Fit fit,
    int length) {

  /** Tokens that one answer may have at most. */
  public static final int MAX_LENGTH = 4096;

  /**
   * @throws InputException if the length is out of range or the method unknown
   */
  public AnalysisRequest {
    if (length < 1 || length > MAX_LENGTH) {
      throw new InputException(
          "Expected a length of 1 to " + MAX_LENGTH + " tokens, found " + length + ".");
    }
    AttributionMethods.of(method, options);
  }

  /** The reference method on a question, everything else as it comes. */
  public static AnalysisRequest of(String question, int length) {
    return new AnalysisRequest(
        question,
        AttributionMethods.names().get(0),
        AttentionOptions.REFERENCE,
        Keep.NOTHING,
        "auto",
        false,
        Fit.PAD,
        length);
  }
}
