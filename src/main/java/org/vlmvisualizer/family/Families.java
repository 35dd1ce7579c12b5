package org.vlmvisualizer.family;

import java.util.List;
import java.util.stream.Collectors;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TowerType;

/** The families that this plugin runs. */
public final class Families {
  private static final List<ModelFamily> ALL =
      List.of(
          new LlavaOriginalFamily(),
          new LlavaFamily(),
          new LlavaNextFamily(),
          new Idefics3Family("idefics3"),
          new Idefics3Family("smolvlm"),
          new LlavaOnevisionFamily(),
          new LlavaNextVideoFamily(),
          new FirstQwenVlFamily(),
          new QwenVlFamily("qwen2_vl", TowerType.QWEN2_VL),
          new QwenVlFamily("qwen2_5_vl", TowerType.QWEN2_5_VL),
          new QwenVlFamily("qwen3_vl", TowerType.QWEN3_VL),
          new InternVlFamily(),
          new Gemma3Family(),
          new Phi3VFamily());

  private Families() {}

  /** Whether any of them runs models of a kind. */
  public static boolean run(ModelKind kind) {
    return ALL.stream().anyMatch(family -> family.runs(kind));
  }

  /**
   * The family of a checkpoint, by the {@code model_type} of its config.json.
   *
   * @throws InputException if it is none of those supported, or its weights are quantised
   */
  public static ModelFamily of(Checkpoint checkpoint) {
    QuantisedCheckpoint.refuse(checkpoint);
    String type = checkpoint.config().text("model_type", "");
    return ALL.stream()
        .filter(family -> family.accepts(checkpoint))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "Expected a model of type %s, but config.json in %s says '%s'; choose another model."
                        .formatted(
                            ALL.stream()
                                .map(ModelFamily::modelType)
                                .distinct()
                                .collect(Collectors.joining(", ")),
                            checkpoint.folder(),
                            type)));
  }
}
