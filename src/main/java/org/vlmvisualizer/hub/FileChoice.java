package org.vlmvisualizer.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;

/** Which files of a repository are a model for this plugin. Nothing that could be run is taken. */
final class FileChoice {
  private static final Pattern SMALL =
      Pattern.compile(
          "(config|generation_config|preprocessor_config|processor_config|special_tokens_map"
              + "|added_tokens|adapter_config|tokenizer[A-Za-z0-9_-]*)\\.json"
              + "|chat_template\\.(json|jinja)|tokenizer\\.model|qwen\\.tiktoken|README\\.md");
  private static final Pattern SAFETENSORS =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors(\\.index\\.json)?");
  private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
  private static final Pattern PICKLE =
      Pattern.compile("(pytorch_model[A-Za-z0-9_-]*|adapter_model)\\.bin(\\.index\\.json)?");

  /** Weights that original LLaVA keeps in a pickle beside others. */
  private static final Pattern EXTRA = Pattern.compile("(mm_projector|non_lora_trainables)\\.bin");

  /** Names of devices on Windows, with whatever ending. */
  private static final Pattern DEVICE = Pattern.compile("(?i)(con|prn|aux|nul|com\\d|lpt\\d)\\..*");

  private FileChoice() {}

  /**
   * The files to fetch: small ones first, weights last.
   *
   * @throws InputException if a name would leave the folder, or if there is no model among them
   */
  static List<RepoFile> of(HubId id, List<RepoFile> files) {
    files.forEach(file -> checkName(id, file.name()));
    List<RepoFile> weights = weights(files);
    if (weights.isEmpty() || (!has(files, "config.json") && !has(files, "adapter_config.json"))) {
      throw new InputException(
          "Expected %s to hold config.json and weights (*.safetensors or pytorch_model*.bin), but it does not; choose another model."
              .formatted(id));
    }
    List<RepoFile> chosen = new ArrayList<>(matching(files, SMALL.asMatchPredicate()));
    // Small files first: should one of them be missing, that shows before hours have passed.
    chosen.addAll(weights);
    return chosen;
  }

  private static List<RepoFile> weights(List<RepoFile> files) {
    Predicate<String> safe = SAFETENSORS.asMatchPredicate().and(n -> !n.startsWith("consolidated"));
    // Beside the whole model, other safetensors are the same in another precision.
    if (has(files, "model.safetensors")) {
      safe = Predicate.isEqual("model.safetensors");
    } else if (has(files, "model.safetensors.index.json")) {
      safe = SHARD.asMatchPredicate().or(Predicate.isEqual("model.safetensors.index.json"));
    }
    safe = safe.or(Predicate.isEqual("adapter_model.safetensors"));
    List<RepoFile> chosen = new ArrayList<>(matching(files, safe));
    if (chosen.isEmpty()) {
      chosen.addAll(matching(files, PICKLE.asMatchPredicate()));
    }
    chosen.addAll(matching(files, EXTRA.asMatchPredicate()));
    return chosen;
  }

  private static List<RepoFile> matching(List<RepoFile> files, Predicate<String> wanted) {
    return files.stream()
        .filter(f -> wanted.test(f.name()) && !DEVICE.matcher(f.name()).matches())
        .toList();
  }

  private static boolean has(List<RepoFile> files, String name) {
    return files.stream().anyMatch(f -> f.name().equals(name));
  }

  private static void checkName(HubId id, String name) {
    boolean leaves =
        name.isEmpty()
            || name.startsWith("/")
            || name.contains("\\")
            || name.chars().anyMatch(Character::isISOControl)
            || List.of(name.split("/", -1)).contains("..");
    if (leaves) {
      throw new InputException(
          "Expected names of files within %s, but found '%s'; nothing is downloaded from there."
              .formatted(id, Printable.of(name)));
    }
  }
}
