package org.vlmvisualizer.ask;

import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.Rendering;

/**
 * A question with all options that dialogs, macros and the command line share.
 *
 * @param request what is asked
 * @param device "auto", "cpu", "gpu", "gpu:N" or "mps"; checked when the model is loaded
 * @param precision to compute in
 * @param rendering how answers become images
 */
public record RequestOptions(
    AnalysisRequest request, String device, Precision precision, Rendering rendering) {
  /**
   * @param question as the user gave it
   * @throws InputException if a word is not one of those expected, or the question was not read
   *     whole or has half of a character
   */
  public static RequestOptions of(String question, Words words) {
    LocaleText.require(question);
    checkWhole(question);
    return new RequestOptions(
        AnalysisRequest.of(question, words),
        words.of("device"),
        Precision.parse(words.of("precision")),
        Rendering.of(words));
  }

  /** The same with or without the whole-sequence matrix. */
  public RequestOptions withMatrix(MatrixChoice matrix) {
    return new RequestOptions(request.withMatrix(matrix), device, precision, rendering);
  }

  private static void checkWhole(String question) {
    int half = question == null ? -1 : CleanText.loneSurrogate(question);
    if (half >= 0) {
      throw new InputException(
          "Expected a question of whole characters, found half of one (U+%04X) after %d others. Type that character again."
              .formatted((int) question.charAt(half), question.codePointCount(0, half)));
    }
  }
}
