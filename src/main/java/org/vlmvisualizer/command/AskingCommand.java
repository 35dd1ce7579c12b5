package org.vlmvisualizer.command;

import ij.IJ;
import org.scijava.plugin.Parameter;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.network.Precision;
import org.vlmvisualizer.output.Rendering;

/**
 * A command that asks a model: the options that all of them share. Each adds its own behind them,
 * and the question last, since ImageJ would find other keys inside it.
 */
abstract class AskingCommand extends VisualizerCommand {
  @Parameter(
      persist = false,
      description = "The folder of a model, its id on the Hugging Face hub like org/name, or demo")
  private String model = Checkpoint.DEMO;

  @Parameter(
      persist = false,
      description = "What a map is made of",
      choices = {"vlm-visualizer", "language"})
  private String method = "vlm-visualizer";

  @Parameter(
      persist = false,
      description = "Layers of the vision tower that the method vlm-visualizer averages",
      choices = {"all", "selected"})
  private String vision = "all";

  @Parameter(persist = false, description = "Decoder layers: all, 7 or 3-9, counted from 0")
  private String layers = "all";

  @Parameter(persist = false, description = "Attention heads: all, 7 or 3-9, counted from 0")
  private String heads = "all";

  @Parameter(
      persist = false,
      label = "First token",
      description = "Attention to the first token holds what the model has no use for",
      choices = {"drop", "keep"})
  private String first = "drop";

  @Parameter(
      persist = false,
      label = "Keep attention of",
      description = "Each layer or head by itself, for maps of some of them afterwards",
      choices = {"nothing", "layers", "heads"})
  private String keep = "nothing";

  @Parameter(
      persist = false,
      description = "How a question is put; auto asks the model's own files",
      choices = {"auto", "vicuna_v1", "mistral", "llama_2", "chatml", "v0"})
  private String template = "auto";

  @Parameter(
      persist = false,
      label = "System text",
      choices = {"drop", "keep"})
  private String system = "drop";

  @Parameter(
      persist = false,
      label = "Fit to the model's square",
      choices = {"pad", "crop"})
  private String fit = "pad";

  @Parameter(persist = false, description = "auto, cpu, gpu, gpu:1, or mps on a Mac")
  private String device = "auto";

  @Parameter(
      persist = false,
      choices = {"auto", "float32", "bfloat16", "float16", "int8", "int4", "int4-32", "int4-128"})
  private String precision = "auto";

  @Parameter(persist = false, label = "Tokens at most", min = "1")
  private int length = 64;

  @Parameter(
      persist = false,
      description = "none keeps one pixel per patch",
      choices = {"nearest", "bilinear", "bicubic", "none"})
  private String upsampling = "nearest";

  @Parameter(
      persist = false,
      label = "Colours of maps",
      choices = {"inferno", "viridis", "magma", "cividis", "fire", "grays"})
  private String lut = "inferno";

  @Parameter(
      persist = false,
      description = "maps alone, or a composite with the picture as first channel",
      choices = {"maps", "composite"})
  private String display = "maps";

  @Parameter(
      persist = false,
      label = "Download without asking",
      description = "If the model is not on disk")
  private boolean download = false;

  /**
   * @throws org.vlmvisualizer.core.InputException if an option is not one of those expected
   */
  final Rendering rendering() {
    return Rendering.parse(upsampling, lut, display);
  }

  /**
   * @param question as the dialog or macro gave it
   * @throws org.vlmvisualizer.core.InputException if an option is not one of those expected
   */
  final AnalysisRequest request(String question) {
    Precision.parse(precision);
    return RequestOptions.request(
        IJ.isMacro() ? MacroText.repair(question) : question,
        method,
        vision,
        layers,
        heads,
        first,
        keep,
        template,
        system,
        fit,
        length);
  }

  /** Finds the model, asking before a download; it is loaded when a picture needs it. */
  final Asker asker(AnalysisRequest request, Rendering rendering, RunProgress progress) {
    return new Asker(
        ModelLocator.open(model, new DialogConsent(download), progress),
        device,
        Precision.parse(precision),
        request,
        rendering,
        // Anything louder than debug opens Fiji's console.
        engine -> engine.lines().forEach(log()::debug));
  }
}
