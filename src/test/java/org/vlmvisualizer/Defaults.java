package org.vlmvisualizer;

import java.util.List;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.Upsampling;

/** What is asked for, and how it is shown, where nobody says otherwise. */
public final class Defaults {
  private Defaults() {}

  /** The reference method on a question, everything else as it comes. */
  public static AnalysisRequest request(String question, int length) {
    return request(question, AttributionMethods.names().get(0), length);
  }

  /** Another method on a question, everything else as it comes. */
  public static AnalysisRequest request(String question, String method, int length) {
    return new AnalysisRequest(
        question,
        method,
        AttentionOptions.REFERENCE,
        Keep.NOTHING,
        "auto",
        false,
        Fit.PAD,
        true,
        length,
        MatrixChoice.SHORT,
        List.of());
  }

  /** Maps alone, in the default colours. */
  public static Rendering maps(Upsampling upsampling) {
    return new Rendering(upsampling, HeatColours.INFERNO, false, false);
  }
}
