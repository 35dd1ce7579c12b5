package org.vlmvisualizer;

import java.util.List;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.Checks;
import org.vlmvisualizer.attribution.AttentionOptions;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.attribution.OcclusionWindow;
import org.vlmvisualizer.core.Fit;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.Upsampling;

/** What is asked for, and how it is shown, where nobody says otherwise. */
public final class Defaults {
  private Defaults() {}

  /** A question as users ask it. */
  public static AnalysisRequest asked(String question) {
    return with(
        request(question, AttributionMethods.names().get(0), 64),
        "",
        new Checks(true, false, false));
  }

  /**
   * The same question with a given answer and checks.
   *
   * @param answer empty for the model's own
   */
  public static AnalysisRequest with(AnalysisRequest request, String answer, Checks checks) {
    return new AnalysisRequest(
        request.question(),
        request.method(),
        request.options(),
        request.keep(),
        request.template(),
        request.keepSystem(),
        request.fit(),
        request.tiles(),
        request.detail(),
        request.interval(),
        request.length(),
        request.matrix(),
        request.earlier(),
        request.localization(),
        answer,
        checks,
        request.boxes());
  }

  /** The reference method on a question, nothing checked, everything else as it comes. */
  public static AnalysisRequest request(String question, int length) {
    return request(question, "vlm-visualizer", length);
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

  /** The same question with other options of its method. */
  public static AnalysisRequest with(AnalysisRequest request, AttentionOptions options) {
    return new AnalysisRequest(
        request.question(),
        request.method(),
        options,
        request.keep(),
        request.template(),
        request.keepSystem(),
        request.fit(),
        request.tiles(),
        request.detail(),
        request.interval(),
        request.length(),
        request.matrix(),
        request.earlier(),
        request.localization(),
        request.answer(),
        request.checks(),
        request.boxes());
  }

  /** The same where occlusion hides windows of so many cells on a side, for speed. */
  public static AnalysisRequest coarse(AnalysisRequest request, int cells) {
    AttentionOptions plain = request.options();
    return with(
        request,
        new AttentionOptions(
            plain.layers(),
            plain.heads(),
            plain.keepFirst(),
            plain.vision(),
            plain.sinks(),
            new OcclusionWindow(cells, cells),
            plain.localization()));
  }

  /** Maps alone, in the default colours. */
  public static Rendering maps(Upsampling upsampling) {
    return new Rendering(upsampling, HeatColours.INFERNO, false, false);
  }
}
