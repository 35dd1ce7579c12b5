package org.vlmvisualizer.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Thoughts;

/**
 * How a result was made, as a paragraph for the methods section of a paper: four to eight sentences
 * filled in from run.json. What a result of an earlier version does not tell is left out.
 */
public final class MethodsText {
  private static final String VISUALIZER = "vlm-visualizer";
  private static final int SHA_DIGITS = 12;
  private static final String UNNAMED = "the method %s";

  /** What a map is, by the name of the method. */
  private static final Map<String, String> MAPS =
      Map.ofEntries(
          Map.entry(
              VISUALIZER,
              "the decoder's attention to each image token, spread over the patches that the vision"
                  + " encoder's attention had gathered that token from (VLM-Visualizer,"
                  + " https://github.com/zjysteven/VLM-Visualizer)"),
          Map.entry("language", "the decoder's attention to each image token"),
          Map.entry(
              "localization-heads",
              "the attention of the three most compact of the decoder heads that look at the image"
                  + " (localization heads; Kang et al., CVPR 2025, arXiv 2503.06287)"),
          Map.entry(
              "logit-attribution",
              "what the values of each image token add to the token's logit"
                  + " (direct logit attribution; Ferrando et al., ACL 2023, arXiv 2305.12535)"),
          Map.entry(
              "value-norm",
              "the norm of the attention-weighted values of each image token"
                  + " (Kobayashi et al., EMNLP 2020, arXiv 2004.10102)"),
          Map.entry(
              "rollout",
              "attention rollout through all decoder layers"
                  + " (Abnar and Zuidema, ACL 2020, arXiv 2005.00928)"),
          Map.entry(
              "relative",
              "the decoder's attention to each image token, divided by that of a general question"
                  + " (relative attention; Zhang et al., ICLR 2025, arXiv 2502.17422)"),
          Map.entry(
              "tam", "the token activation map (TAM; Li et al., ICCV 2025, arXiv 2506.23270)"),
          Map.entry(
              "occlusion",
              "the loss of the token's log-probability, in nats, when a part of the image is filled"
                  + " with its median colour (occlusion; Zeiler and Fergus, ECCV 2014)"),
          Map.entry(
              "token-occlusion",
              "the loss of the token's log-probability, in nats, when image tokens are replaced by"
                  + " those of a plain image (after Zeiler and Fergus, ECCV 2014)"),
          Map.entry(
              "integrated-gradients",
              "integrated gradients of the token's log-probability, in nats, from a plain image in"
                  + " eight steps (Sundararajan et al., ICML 2017, arXiv 1703.01365)"));

  private final AttentionResult result;
  private final JsonObject run;
  private final JsonObject options;

  private MethodsText(AttentionResult result) {
    this.result = result;
    run = result.run();
    options = run.has("options") ? run.getAsJsonObject("options") : new JsonObject();
  }

  /** One paragraph, without a line break. */
  public static String of(AttentionResult result) {
    MethodsText text = new MethodsText(result);
    List<String> sentences = new ArrayList<>();
    sentences.add(text.model());
    sentences.add(text.question());
    if (result.maps().thinks()) {
      sentences.add(text.thoughts());
    }
    text.interval().ifPresent(sentences::add);
    sentences.add(text.map());
    sentences.add(text.attention());
    sentences.add(text.grid());
    if (result.maps().hasEvidence()) {
      sentences.add(
          "For each token, the image evidence is ln(p / p0), where p is its probability and p0 its"
              + " probability after the same prompt and answer with a plain picture of the image"
              + " processor's mean colour in the image's place; tokens with p ≥ 10 p0 are said to come"
              + " from the picture, those with p < 2 p0 would have come without it, and those between"
              + " come partly from it.");
    }
    if (result.maps().hasChecks()) {
      sentences.add(
          "The map of each token that is part of a word was checked by its faithfulness"
              + " F = p(only) − p(without), the token's probabilities when only the highest tenth of"
              + " the map's cells is left of the image and when that tenth is hidden, the rest being"
              + " filled with the image's median colour; below 0, the map misses what mattered.");
    }
    if (result.maps().tokens().stream().anyMatch(token -> token.stability() != null)) {
      sentences.add(
          "The stability of a map is Pearson's r, over half cells, with the map of the same answer"
              + " about the image shifted by half a cell, moved back (the mean of a shift to the right"
              + " and one downwards), and with that about the mirrored image, mirrored back.");
    }
    return String.join(" ", sentences).replaceAll("\\s+", " ");
  }

  /** Whether there are words for what a method's map is. */
  static boolean knows(String method) {
    return MAPS.containsKey(method);
  }

  private String model() {
    String sha = text(run, "model_sha256", "");
    String digits = sha.length() < SHA_DIGITS ? sha : sha.substring(0, SHA_DIGITS);
    return "Attribution maps were computed with VLM Visualizer for Fiji%s from answers of the model %s%s%s%s."
        .formatted(
            before(" ", text(versions(), "vlm_visualizer", "")),
            name(text(run, "model", "that was asked")),
            digits.isEmpty() ? "" : " (SHA-256 " + digits + "…)",
            before(", run in ", text(run, "precision", "")),
            device());
  }

  private JsonObject versions() {
    return run.has("versions") ? run.getAsJsonObject("versions") : new JsonObject();
  }

  private String device() {
    String device = text(run, "device", "");
    String where = device.equals("cpu") ? "the CPU" : device;
    return before(" on ", where) + (where.isEmpty() ? "" : pytorch());
  }

  private String pytorch() {
    String pytorch = text(versions(), "pytorch", "");
    return pytorch.isEmpty() ? "" : " (" + pytorch + ")";
  }

  /** A folder's last name; of the hub's cache, the model's id. */
  private static String name(String folder) {
    String[] parts = folder.split("[/\\\\]");
    for (String part : parts) {
      if (part.startsWith("models--")) {
        return part.substring("models--".length()).replace("--", "/");
      }
    }
    return parts.length == 0 ? folder : parts[parts.length - 1];
  }

  private String question() {
    RgbPicture picture = result.picture();
    String asked =
        "It was asked “%s” about the image of %d × %d pixels%s"
            .formatted(
                text(run, "question", "").strip(),
                picture.width(),
                picture.height(),
                run.has("conversation") ? ", as a follow-up of earlier questions," : "");
    return text(options, "answer", "").isEmpty()
        ? asked + " and answered by greedy decoding%s.".formatted(limit())
        : asked + " and the answer was given to it, not written by it.";
  }

  private String thoughts() {
    int thoughts = result.maps().thoughts();
    int tokens = result.maps().size();
    if (thoughts == 0) {
      return "The model's thoughts before it were left empty.";
    }
    return thoughts == tokens
        ? "All %d tokens are the model's thoughts.".formatted(tokens)
        : "Of the %d tokens, the first %d are the model's thoughts, up to %s, and the others its answer."
            .formatted(tokens, thoughts, Thoughts.END);
  }

  /** What a model was told about the time in a video. */
  private Optional<String> interval() {
    return Optional.ofNullable(run.getAsJsonObject("frame_interval"))
        .map(told -> told.get("seconds").getAsBigDecimal().stripTrailingZeros().toPlainString())
        .map("It was told that the time points of the video are %s s apart."::formatted);
  }

  private String limit() {
    String length = text(options, "length", "");
    return length.isEmpty() ? "" : ", " + length + " tokens at most";
  }

  private String map() {
    String method = method();
    return "The map of a token is %s%s."
        .formatted(MAPS.getOrDefault(method, UNNAMED.formatted(method)), details(method));
  }

  private String method() {
    return text(options, "method", result.maps().map().method());
  }

  /** What was chosen of it. */
  private String details(String method) {
    if (method.equals(VISUALIZER)) {
      return text(options, "vision", "all").equals("all")
          ? ", the vision encoder's layers up to the one in use being averaged"
          : ", of the vision encoder's layer in use alone";
    }
    if (method.equals("localization-heads")) {
      String heads = text(options, "localization", "token");
      return switch (heads) {
        case "token" -> ", chosen for each token anew";
        case "stored" -> ", those that were chosen most often over a folder of images";
        default -> ", here the heads (layer.head) " + heads;
      };
    }
    return method.contains("occlusion")
        ? before(", by windows of (cells / step) ", text(options, "window", ""))
        : "";
  }

  private String attention() {
    String first =
        text(options, "first_token", "drop").equals("drop") ? "was left out" : "was counted";
    return "Attention, also for the image attention ratio, the share of a token's attention that went"
        + " to the image, was averaged over %s and %s of the decoder; attention to the prompt's first token %s%s."
            .formatted(range("layers"), range("heads"), first, sinks());
  }

  private String range(String name) {
    String range = text(options, name, "all");
    return range.equals("all") ? "all " + name : name + " " + range;
  }

  private String sinks() {
    return switch (text(options, "sinks", "keep")) {
      case "mark" ->
          ", and attention sinks among the image tokens were found and kept (Kang et al., ICLR 2025)";
      case "remove" ->
          ", and that to attention sinks among the image tokens was set to 0 in the maps, but"
              + " not in the ratio (Kang et al., ICLR 2025)";
      default -> "";
    };
  }

  private String grid() {
    Grid grid = result.maps().grid();
    String limit =
        run.has("image_tokens_limited")
            ? ", to which the image was reduced (detail=%s),".formatted(text(options, "detail", ""))
            : "";
    String shown =
        switch (result.rendering().upsampling()) {
          case NONE -> "are shown as one pixel per cell";
          case NEAREST -> "were enlarged to the image without interpolation";
          case BILINEAR -> "were enlarged to the image by bilinear interpolation";
          case BICUBIC -> "were enlarged to the image by bicubic (Catmull-Rom) interpolation";
        };
    return "Maps have %d × %d cells%s and %s; that of a word of several tokens is their %s."
        .formatted(grid.columns(), grid.rows(), limit, shown, result.rendering().pooling());
  }

  private static String before(String link, String text) {
    return text.isEmpty() ? "" : link + text;
  }

  private static String text(JsonObject object, String name, String otherwise) {
    JsonElement value = object.get(name);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : otherwise;
  }
}
