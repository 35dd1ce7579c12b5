package org.vlmvisualizer.family;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.ConfigObject;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.VisionConfig;

/**
 * The vision tower that an original LLaVA names as {@code mm_vision_tower}: a CLIP checkpoint. Its
 * weights may be inside of LLaVA's own; then only its sizes are asked for, which are known for
 * OpenAI's.
 */
final class ClipTower {
  /** Stored prefix of a tower inside of a LLaVA, and in a checkpoint of its own. */
  static final String INSIDE = "model.vision_tower.vision_tower.";

  static final String OWN = "vision_model.";

  /** Endings of stored names that hold no weights. */
  static final List<String> BUFFERS = List.of("rotary_emb.inv_freq", "embeddings.position_ids");

  /** Sizes that are not ViT-L/14's at 336 pixels. Source: the checkpoints' config.json. */
  private static final Map<String, Map<String, Integer>> KNOWN =
      Map.of(
          "clip-vit-large-patch14-336", Map.of(),
          "clip-vit-large-patch14", Map.of("image_size", 224));

  private final boolean inside;
  private final Checkpoint own;
  private final ConfigObject sizes;
  private final Checkpoint processorFiles;

  private ClipTower(Checkpoint llava, String name, boolean inside) {
    this.inside = inside;
    String known = name.substring(name.lastIndexOf('/') + 1).replace('_', '-');
    if (inside && KNOWN.containsKey(known)) {
      own = null;
      JsonObject json = new JsonObject();
      KNOWN.get(known).forEach(json::addProperty);
      sizes = new ConfigObject(json, known);
    } else {
      own = llava.linked(name);
      ConfigObject config = new ConfigObject(own.config().json(), "config.json of " + name);
      sizes = config.has("vision_config") ? config.object("vision_config") : config;
    }
    processorFiles = own == null ? llava : own;
  }

  /**
   * @throws InputException if the tower is in no checkpoint that can be found
   */
  static ClipTower of(Checkpoint llava) {
    String name = llava.config().text("mm_vision_tower", "");
    boolean inside = llava.tensors().stream().anyMatch(t -> t.name().startsWith(INSIDE));
    return new ClipTower(llava, name, inside);
  }

  /**
   * @throws InputException if it is no CLIP
   */
  VisionConfig config() {
    return own == null ? VisionSettings.clipLarge(sizes) : VisionSettings.CLIP.config(sizes);
  }

  /** The checkpoint that the image processor's settings are in. */
  Checkpoint processorFiles() {
    return processorFiles;
  }

  /** The tower's tensors, unless they are inside of LLaVA; the text tower is left out. */
  List<StoredTensor> tensorsOutside() {
    if (inside) {
      return List.of();
    }
    return own.tensors().stream().filter(t -> t.name().startsWith(OWN)).toList();
  }
}
