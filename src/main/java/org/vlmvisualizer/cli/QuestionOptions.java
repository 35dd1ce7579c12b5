package org.vlmvisualizer.cli;

import ij.gui.Roi;
import java.util.Arrays;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.core.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Options of a question, whatever it is asked about and wherever it is computed. But for --roi,
 * RequestOptions reads them by their names.
 */
public final class QuestionOptions {
  @Option(
      names = "--method",
      description =
          "language, vlm-visualizer, localization-heads, logit-attribution, value-norm, rollout, relative, tam, occlusion, token-occlusion, integrated-gradients")
  private String method = "language";

  @Option(names = "--vision", description = "vision layers to average: all, selected")
  private String vision = "all";

  @Option(names = "--layers", description = "decoder layers to average: all, 7, 3-9")
  private String layers = "all";

  @Option(names = "--heads", description = "decoder heads to average: all, 7, 3-9")
  private String heads = "all";

  @Option(
      names = "--first",
      description = "attention to the first token, an attention sink: drop, keep")
  private String first = "drop";

  @Option(
      names = "--sinks",
      description = "image tokens that draw attention whatever is asked: keep, mark, remove")
  private String sinks = "keep";

  @Option(
      names = "--window",
      paramLabel = "CELLS",
      description = "what occlusion hides at a time: 2 x 2 side by side, or 3/1 overlapping")
  private String window = "2";

  @Option(
      names = "--localization",
      paramLabel = "HEADS",
      description =
          "heads that localization-heads reads: token (chosen for each), stored (by --compare), or layer.head,layer.head")
  private String localization = "token";

  @Option(
      names = "--keep",
      description =
          "keep the attention of each layer or head, for maps of some of them later: nothing, layers, heads")
  private String keep = "nothing";

  @Option(
      names = "--template",
      description =
          "auto, vicuna_v1, mistral, llama_2, chatml, v0, chatml_direct, interleave, onevision, llama_3, smolvlm, idefics3, qwen2_vl, qwen3_vl, qwen3_vl_thinking, internvl, gemma3, phi3, huatuo")
  private String template = "auto";

  @Option(names = "--system", description = "the template's system text: drop, keep")
  private String system = "drop";

  @Option(names = "--fit", description = "picture to square: pad, crop")
  private String fit = "pad";

  @Option(
      names = "--tiles",
      description = "of models that look at a picture in tiles, too: on, off (much faster)")
  private String tiles = "on";

  @Option(
      names = "--detail",
      paramLabel = "LEVEL|N",
      description =
          "of models that see a picture at its own size: low, standard, high, full, or a number of image tokens; more take more time and memory")
  private String detail = "standard";

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description =
          "from one --image to the next: they are then time points of one video, of models that are told its time (Qwen2.5-VL, Qwen3-VL)")
  private String interval = "auto";

  @Option(names = "--roi", paramLabel = "x,y,w,h", description = "the part to ask about, in pixels")
  private String roi;

  @Option(names = "--device", description = "auto, cpu, gpu, gpu:1, or mps on a Mac")
  private String device = "auto";

  @Option(
      names = "--precision",
      description = "auto, float32, bfloat16, float16, int8, int4, int4-32, int4-128")
  private String precision = "auto";

  @Option(names = "--length", paramLabel = "N", description = "tokens to write at most")
  private int length = 64;

  @Option(
      names = "--evidence",
      description = "tell how likely each token would be without the picture: on, off")
  private String evidence = "on";

  @Option(
      names = "--check",
      description =
          "check whether each word needs what its map is highest on, whether maps stay on a moved picture: nothing, map, stability, all")
  private String check = "nothing";

  @Option(
      names = "--answer",
      paramLabel = "TEXT",
      description = "make maps of this text, not of the model's own answer",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  private String answer = "";

  @Option(
      names = "--boxes",
      description =
          "boxes and points that the answer names in the format of its model's family: none, rois (in answer-rois.zip, for the ROI Manager)")
  private String boxes = "none";

  @Option(names = "--upsampling", description = "none, nearest, bilinear, bicubic")
  private String upsampling = "nearest";

  @Option(names = "--lut", description = "inferno, viridis, magma, cividis, fire, grays")
  private String lut = "inferno";

  @Option(
      names = "--display",
      description = "maps alone, or a composite with the picture: maps, composite")
  private String display = "maps";

  @Option(
      names = "--views",
      description =
          "where a model sees overview and tiles, one map or each by itself too: joined, each")
  private String views = "joined";

  @Option(
      names = "--words",
      description = "the map of a word of several tokens, of their maps: mean, maximum")
  private String words = "mean";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * A question with these options.
   *
   * @throws InputException if one of them cannot be obeyed
   */
  public RequestOptions of(String prompt) {
    return RequestOptions.of(prompt, this::word);
  }

  /** The value of an option of the command, of these or another. */
  public String word(String option) {
    return spec.findOption("--" + option).getValue().toString();
  }

  /** What is asked for by --device. */
  public String device() {
    return device;
  }

  boolean isRegionGiven() {
    return roi != null;
  }

  /**
   * The part to ask about, or null for all of it.
   *
   * @throws InputException if it is no rectangle
   */
  public Roi region() {
    if (roi == null) {
      return null;
    }
    if (!roi.matches("(\\d{1,6},){2}[1-9]\\d{0,5},[1-9]\\d{0,5}")) {
      throw new InputException(
          "Expected --roi as x,y,width,height in whole pixels, found '" + roi + "'.");
    }
    int[] box = Arrays.stream(roi.split(",")).mapToInt(Integer::parseInt).toArray();
    return new Roi(box[0], box[1], box[2], box[3]);
  }
}
