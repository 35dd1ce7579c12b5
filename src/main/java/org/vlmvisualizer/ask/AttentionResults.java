package org.vlmvisualizer.ask;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.analysis.Provenance;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.SourceFrame;

/** From what a model answered to what people look at. */
public final class AttentionResults {
  private AttentionResults() {}

  /**
   * Everything that can be shown of one picture or time point of an analysis.
   *
   * @param source where that picture is
   */
  public static AttentionResult of(
      AttentionModel model, Analysis analysis, int frame, SourceFrame source, Rendering rendering) {
    JsonObject run = new Gson().toJsonTree(Provenance.of(model, analysis, frame)).getAsJsonObject();
    List<String> sequence = new ArrayList<>(analysis.prompt().tokens());
    analysis.tokens().forEach(token -> sequence.add(token.text()));
    return new AttentionResult(
        analysis.maps().get(frame),
        analysis.pictures().get(frame),
        source,
        rendering,
        analysis.answer(),
        sequence,
        analysis.matrix(),
        analysis.kept(),
        run);
  }
}
