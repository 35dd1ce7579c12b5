package org.vlmvisualizer.command;

import java.awt.GraphicsEnvironment;
import java.util.List;
import org.scijava.plugin.Attr;
import org.scijava.plugin.Parameter;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.ask.AskedSizes;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.ForetoldCost;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.dialog.Option;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.EngineReport;
import org.vlmvisualizer.output.Fonts;
import org.vlmvisualizer.shelf.KnownModels;
import org.vlmvisualizer.shelf.ModelLocator;
import org.vlmvisualizer.shelf.ModelsWindow;

/**
 * A command that asks a model: the options that all of them share, which {@link RequestOptions}
 * reads by their names. Each adds its own behind them, and the question last, since ImageJ would
 * find other keys inside it.
 */
abstract class AskingCommand extends VisualizerCommand {
  @Parameter(
      persist = false,
      label = "Model",
      style = "directory",
      description = "The folder of a model, its id on the Hugging Face hub like org/name, or demo",
      attrs = @Attr(name = REMEMBERED))
  private String model = Checkpoint.DEMO;

  @Parameter(
      persist = false,
      label = "Method",
      description =
          "How maps are made: language of the decoder's attention, vlm-visualizer times that of the vision tower, as the Python project does; the others and how far each is to be trusted: see Help",
      choices = {
        "language",
        "vlm-visualizer",
        "localization-heads",
        "logit-attribution",
        "value-norm",
        "rollout",
        "relative",
        "tam",
        "occlusion",
        "token-occlusion",
        "integrated-gradients"
      },
      attrs = @Attr(name = ADVANCED))
  private String method = "language";

  @Parameter(
      persist = false,
      label = "Vision layers",
      description = "Layers of the vision tower that the method vlm-visualizer averages",
      choices = {"all", "selected"},
      attrs = @Attr(name = ADVANCED))
  private String vision = "all";

  @Parameter(
      persist = false,
      label = "Decoder layers",
      description = "Decoder layers: all, 7 or 3-9, counted from 0",
      attrs = @Attr(name = ADVANCED))
  private String layers = "all";

  @Parameter(
      persist = false,
      label = "Attention heads",
      description = "Attention heads: all, 7 or 3-9, counted from 0",
      attrs = @Attr(name = ADVANCED))
  private String heads = "all";

  @Parameter(
      persist = false,
      label = "First token",
      description =
          "The first token usually is an attention sink, which says nothing about the picture",
      choices = {"drop", "keep"},
      attrs = @Attr(name = ADVANCED))
  private String first = "drop";

  @Parameter(
      persist = false,
      label = "Attention sinks",
      description =
          "Image tokens that draw attention whatever is asked: mark tells them, remove leaves them out of the maps",
      choices = {"keep", "mark", "remove"},
      attrs = @Attr(name = ADVANCED))
  private String sinks = "keep";

  @Parameter(
      persist = false,
      label = "Occlusion window",
      description = "Cells that occlusion hides at a time: 2 side by side, 3/1 overlapping",
      attrs = @Attr(name = ADVANCED))
  private String window = "2";

  @Parameter(
      persist = false,
      label = "Localization heads",
      description =
          "token: chosen for each token; stored: those that Compare Methods chose most often for this model; or layer.head,layer.head",
      attrs = @Attr(name = ADVANCED))
  private String localization = "token";

  @Parameter(
      persist = false,
      label = "Keep attention of",
      description = "Of each layer or head separately, for maps of some of them later",
      choices = {"nothing", "layers", "heads"},
      attrs = @Attr(name = ADVANCED))
  private String keep = "nothing";

  @Parameter(
      persist = false,
      label = "Prompt template",
      description = "Text around the question; auto takes what the model's own files say",
      choices = {
        "auto",
        "vicuna_v1",
        "mistral",
        "llama_2",
        "chatml",
        "v0",
        "chatml_direct",
        "interleave",
        "onevision",
        "llama_3",
        "smolvlm",
        "idefics3",
        "qwen2_vl",
        "qwen3_vl",
        "qwen3_vl_thinking",
        "internvl",
        "gemma3",
        "phi3",
        "huatuo"
      },
      attrs = @Attr(name = ADVANCED))
  private String template = "auto";

  @Parameter(
      persist = false,
      label = "System text",
      description = "Whether the template's sentence before the question is sent to the model",
      choices = {"drop", "keep"},
      attrs = @Attr(name = ADVANCED))
  private String system = "drop";

  @Parameter(
      persist = false,
      label = "Fit to square",
      description = "How the picture becomes a square: pad adds borders; crop takes the centre",
      choices = {"pad", "crop"},
      attrs = @Attr(name = ADVANCED))
  private String fit = "pad";

  @Parameter(
      persist = false,
      label = "Tiles",
      description =
          "Of models that look at a picture in tiles, too: off shows them the whole once, which is much faster and shows less detail",
      choices = {"on", "off"},
      attrs = @Attr(name = ADVANCED))
  private String tiles = "on";

  @Parameter(
      persist = false,
      label = "Detail",
      description =
          "Of models that see a picture at its own size (Qwen2-VL, Qwen2.5-VL, Qwen3-VL): low, standard, high or full, or how many image tokens it may become; more detail takes more time and memory",
      attrs = @Attr(name = ADVANCED))
  private String detail = "standard";

  @Parameter(
      persist = false,
      label = "Seconds between frames",
      description =
          "Of a video, for models that are told its time (Qwen2.5-VL, Qwen3-VL): auto takes the image's own frame interval; a number counts instead",
      attrs = @Attr(name = ADVANCED))
  private String interval = "auto";

  @Parameter(
      persist = false,
      label = "Device",
      description = "auto, cpu, gpu, gpu:1, or mps on a Mac",
      attrs = @Attr(name = ADVANCED))
  private String device = "auto";

  @Parameter(
      persist = false,
      label = "Precision",
      description = "auto takes the best that fits into memory",
      choices = {"auto", "float32", "bfloat16", "float16", "int8", "int4", "int4-32", "int4-128"},
      attrs = @Attr(name = ADVANCED))
  private String precision = "auto";

  @Parameter(
      persist = false,
      label = "Tokens at most",
      description = "A token is a word or a part of one",
      min = "1")
  private int length = 64;

  @Parameter(
      persist = false,
      label = "Compare with a plain picture",
      description =
          "Tells for each token how likely it would have been without the picture: whether its map means anything",
      choices = {"on", "off"},
      attrs = @Attr(name = ADVANCED))
  private String evidence = "on";

  @Parameter(
      persist = false,
      label = "Check",
      description =
          "map: of each word, whether it needs the part of the picture that its map is highest on; takes two questions' time for each. stability: whether maps stay on a picture that is moved by half a patch, or mirrored; takes three",
      choices = {"nothing", "map", "stability", "all"},
      attrs = @Attr(name = ADVANCED))
  private String check = "nothing";

  @Parameter(
      persist = false,
      required = false,
      label = "Given answer",
      description =
          "A text to make maps of, such as a caption or another model's answer; empty for the model's own",
      attrs = @Attr(name = ADVANCED))
  private String answer = "";

  @Parameter(
      persist = false,
      label = "Boxes in the answer",
      description =
          "rois: boxes and points that the answer names in the format of its model's family (Qwen2-VL, Qwen2.5-VL, Qwen3-VL, InternVL3, LLaVA-1.5) become ROIs on the image: in the ROI Manager, and in answer-rois.zip where results are saved",
      choices = {"none", "rois"},
      attrs = @Attr(name = ADVANCED))
  private String boxes = "none";

  @Parameter(
      persist = false,
      label = "Enlarge maps by",
      description = "none keeps one pixel per patch",
      choices = {"nearest", "bilinear", "bicubic", "none"},
      attrs = @Attr(name = ADVANCED))
  private String upsampling = "nearest";

  @Parameter(
      persist = false,
      label = "Colours of maps",
      description = "Those that begin with black suit a composite: all but viridis and cividis",
      choices = {"inferno", "viridis", "magma", "cividis", "fire", "grays"})
  private String lut = "inferno";

  @Parameter(
      persist = false,
      label = "Display",
      description = "maps alone, or a composite with the picture as first channel",
      choices = {"maps", "composite"})
  private String display = "maps";

  @Parameter(
      persist = false,
      label = "Views",
      description =
          "Where a model sees overview and tiles: joined in one map, or each by itself as well",
      choices = {"joined", "each"},
      attrs = @Attr(name = ADVANCED))
  private String views = "joined";

  @Parameter(
      persist = false,
      label = "Map of a word",
      description =
          "Where a word has several tokens: the mean of their maps, or what any of them looked at",
      choices = {"mean", "maximum"},
      attrs = @Attr(name = ADVANCED))
  private String words = "mean";

  @Parameter(
      persist = false,
      label = "Download without asking",
      description = "If the model is not on disk",
      attrs = @Attr(name = ADVANCED))
  private boolean download = false;

  @Override
  final boolean asksModel() {
    return true;
  }

  @Override
  List<String> suggestions(String key) {
    return key.equals("model") ? KnownModels.ofThisUser().names() : List.of();
  }

  @Override
  Option.NameList list(String key) {
    if (!key.equals("model")) {
      return null;
    }
    return (owner, chosen) ->
        ModelsWindow.choose(
            owner, Models.shelf(new DialogConsent(false, false)), Project::showHelp, chosen);
  }

  /**
   * @param question as the dialog or macro gave it
   * @throws org.vlmvisualizer.core.InputException if an option is not one of those expected
   */
  final RequestOptions options(String question) {
    return RequestOptions.of(caller().isMacro() ? MacroText.repair(question) : question, words());
  }

  /**
   * What a question would cost.
   *
   * @throws org.vlmvisualizer.core.InputException if it cannot be asked, or the model is not here
   */
  static String foretell(Words options, AskedSizes sizes) {
    return ForetoldCost.of(
            ModelKeeper.ofThisSession(),
            ModelLocator.onDisk(options.of("model")),
            RequestOptions.of(options.of("prompt"), options),
            sizes)
        .text();
  }

  /** Finds the model, asking before a download; it is loaded when a picture needs it. */
  final Asker asker(RequestOptions options, RunProgress progress) {
    AttentionModel.prepare(options.device());
    // Before gigabytes are downloaded for an engine that does not start.
    DeviceChoice.of(options.device());
    Fonts.complaint().ifPresent(log()::warn);
    return new Asker(
        ModelKeeper.ofThisSession(),
        ModelLocator.open(model, new DialogConsent(download, caller().isMacro()), progress),
        options,
        this::loaded);
  }

  private void loaded(EngineReport engine) {
    if (!GraphicsEnvironment.isHeadless() && !caller().isMacro()) {
      KnownModels.remember(model);
    }
    // Anything louder than debug opens Fiji's console.
    engine.lines().forEach(log()::debug);
  }
}
