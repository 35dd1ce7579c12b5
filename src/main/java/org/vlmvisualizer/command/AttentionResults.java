package org.vlmvisualizer.command;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import ij.ImagePlus;
import ij.gui.Plot;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.analysis.Provenance;
import org.vlmvisualizer.output.HeatmapStack;
import org.vlmvisualizer.output.MatrixImage;
import org.vlmvisualizer.output.Montage;
import org.vlmvisualizer.output.RatioPlot;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.SourceFrame;
import org.vlmvisualizer.output.TokenTable;
import org.vlmvisualizer.output.Upsampling;

/**
 * One analysis as the images, plots and tables that people look at; each is made when asked for.
 */
public final class AttentionResults {
  private final Analysis analysis;
  private final SourceFrame source;
  private final Upsampling upsampling;
  private final Map<String, Object> provenance;
  private final String info;

  public AttentionResults(
      AttentionModel model, Analysis analysis, SourceFrame source, Upsampling upsampling) {
    this.analysis = analysis;
    this.source = source;
    this.upsampling = upsampling;
    provenance = new LinkedHashMap<>(Provenance.of(model, analysis));
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("title", source.title());
    image.put("x", source.originX());
    image.put("y", source.originY());
    image.put("upsampling", upsampling.toString());
    provenance.put("image", image);
    info = Provenance.text(provenance);
  }

  /** One slice per generated token. */
  public ImagePlus heatmaps() {
    return HeatmapStack.of(
            analysis.map(), analysis.grid(), analysis.tokens(), source, upsampling, info)
        .imagePlus();
  }

  /** One row per generated token. */
  public TokenTable table() {
    return TokenTable.of(
        analysis.map(), analysis.grid(), analysis.tokens(), analysis.shares(), source);
  }

  /** The image attention ratio over the tokens. */
  public Plot plot() {
    return RatioPlot.of(analysis.tokens(), analysis.shares(), source);
  }

  /** The picture under each token's map. */
  public BufferedImage montage() {
    return Montage.of(
        analysis.map(),
        analysis.grid(),
        analysis.tokens(),
        analysis.shares(),
        analysis.picture(),
        source,
        upsampling);
  }

  /** The attention between all tokens. */
  public ImagePlus matrix() {
    List<String> tokens = new ArrayList<>(analysis.prompt().tokens());
    analysis.tokens().forEach(token -> tokens.add(token.text()));
    return MatrixImage.of(analysis.matrix(), tokens, source, info);
  }

  /**
   * Writes everything into a folder, or nothing.
   *
   * @param heatmaps what {@link #heatmaps()} gave
   * @throws org.vlmvisualizer.core.InputException if the folder cannot be written
   */
  public void write(Path folder, ImagePlus heatmaps) {
    JsonObject run = new Gson().toJsonTree(provenance).getAsJsonObject();
    ResultFiles.write(
        folder, new ResultFiles.Results(heatmaps, table(), plot(), montage(), matrix(), run));
  }
}
