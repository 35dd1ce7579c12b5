package org.vlmvisualizer.analysis;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vlmvisualizer.attribution.LocalizationChoice;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Engines;

/** How a result came about, for run.json and the Info of images. */
public final class Provenance {
  private Provenance() {}

  /**
   * All of it, in JSON's types.
   *
   * @param frame which of the analysis' pictures or time points
   */
  public static Map<String, Object> of(AttentionModel model, Analysis analysis, int frame) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("model", model.checkpoint().folder().toString());
    all.put("model_sha256", model.checkpoint().sha256());
    all.put("device", model.device());
    all.put("precision", model.precision().toString());
    all.put("precision_reason", model.precisionReason());
    if (!analysis.request().earlier().isEmpty()) {
      all.put("conversation", analysis.request().earlier());
    }
    all.put("question", analysis.request().question());
    all.put("prompt", analysis.prompt().text());
    String thoughts = model.thoughts(analysis.tokens());
    if (thoughts != null) {
      all.put("thoughts", thoughts);
    }
    all.put("answer", analysis.answer());
    if (!analysis.ended()) {
      all.put(
          "written",
          "%d of at most %d tokens"
              .formatted(analysis.tokens().size(), analysis.request().length()));
    }
    all.put("prompt_ids", analysis.prompt().inputIds());
    all.put("generated_ids", GeneratedToken.ids(analysis.tokens()));
    all.put("options", analysis.request().words());
    if (analysis.request().matrix() == MatrixChoice.SHORT && analysis.matrix() == null) {
      all.put("matrix", "left out: %d tokens".formatted(analysis.prompt().length()));
    }
    all.put("picture", picture(analysis, frame));
    all.put("versions", versions());
    all.put("engine", model.engine().map());
    all.put("loaded", analysis.foundLoaded() ? "before this question" : "for this question");
    all.put("seconds", analysis.seconds());
    if (!analysis.heads().isEmpty()) {
      all.put(
          "localization_heads", analysis.heads().stream().map(LocalizationChoice::text).toList());
    }
    all.putAll(analysis.notes());
    all.put("tower_reused", analysis.reuse().tower());
    all.put("prefix_reused", analysis.reuse().promptTokens());
    if (!analysis.reuse().reason().isEmpty()) {
      all.put("reuse_reason", analysis.reuse().reason());
    }
    return all;
  }

  private static Map<String, Object> picture(Analysis analysis, int frame) {
    RgbPicture picture = analysis.picture(frame);
    Grid grid = analysis.maps().get(frame).grid();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("width", picture.width());
    all.put("height", picture.height());
    all.put("patch_columns", grid.columns());
    all.put("patch_rows", grid.rows());
    if (analysis.pictures().size() > 1) {
      all.put("number", analysis.shown().get(frame) + 1);
      all.put("of", analysis.pictures().size());
    }
    return all;
  }

  private static Map<String, Object> versions() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("vlm_visualizer", version());
    all.put("pytorch", Engines.version());
    all.put("djl", Engines.djlVersion());
    all.put("java", Runtime.version().toString());
    all.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return all;
  }

  /** The version of this plugin, as the manifest of its jar has it. */
  public static String version() {
    String version = Provenance.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
