package org.vlmvisualizer.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vlmvisualizer.core.InputException;

/**
 * How the names that a checkpoint stores become canonical names.
 *
 * @param prefixes stored prefix to canonical prefix; the longest that fits counts, so their order
 *     does not matter
 * @param ignoredSuffixes endings of stored names that hold no weights (buffers)
 */
public record WeightMap(Map<String, String> prefixes, List<String> ignoredSuffixes) {
  private static final int NAMED_IN_MESSAGE = 3;

  public WeightMap {
    prefixes = Map.copyOf(prefixes);
    ignoredSuffixes = List.copyOf(ignoredSuffixes);
  }

  /**
   * Finds every expected weight among the stored tensors.
   *
   * @param expected canonical name to shape
   * @throws InputException if one is missing, stored twice, of another shape, or not expected
   */
  public Weights resolve(List<StoredTensor> stored, Map<String, long[]> expected) {
    Map<String, StoredTensor> found = new LinkedHashMap<>();
    List<String> unused = new ArrayList<>();
    for (StoredTensor tensor : stored) {
      String name = canonical(tensor.name());
      if (ignoredSuffixes.stream().anyMatch(tensor.name()::endsWith)) {
        continue;
      }
      if (!expected.containsKey(name)) {
        unused.add(tensor.name());
      } else if (found.put(name, tensor) != null) {
        throw new InputException(
            "Expected each weight once, but %s is stored twice; remove one file."
                .formatted(tensor.name()));
      }
    }
    List<String> missing = expected.keySet().stream().filter(n -> !found.containsKey(n)).toList();
    refuse(missing, "is missing");
    refuse(unused, "is not part of this model");
    found.forEach((name, tensor) -> checkShape(tensor, expected.get(name)));
    return new Weights(found);
  }

  /** The canonical name of what is stored under this name, without a look at what is expected. */
  public String canonical(String stored) {
    String best =
        prefixes.keySet().stream()
            .filter(stored::startsWith)
            .max(Comparator.comparingInt(String::length))
            .orElse("");
    return prefixes.getOrDefault(best, "") + stored.substring(best.length());
  }

  private static void refuse(List<String> names, String problem) {
    if (!names.isEmpty()) {
      String some = names.stream().limit(NAMED_IN_MESSAGE).collect(Collectors.joining(", "));
      int more = names.size() - NAMED_IN_MESSAGE;
      throw new InputException(
          "Expected exactly the weights that config.json describes, but %s %s%s; use the config.json that belongs to these weights."
              .formatted(some, more > 0 ? "(and " + more + " more) " : "", problem));
    }
  }

  private static void checkShape(StoredTensor tensor, long[] expected) {
    if (!tensor.dtype().isWeight()) {
      throw new InputException(
          "Expected weights of type F32, F16 or BF16, but %s in %s is %s; convert the checkpoint."
              .formatted(tensor.name(), tensor.file(), tensor.dtype()));
    }
    if (!Arrays.equals(tensor.shape(), expected)) {
      throw new InputException(
          "Expected the weight %s to have shape %s, but found %s; use the config.json that belongs to these weights."
              .formatted(
                  tensor.name(), Arrays.toString(expected), Arrays.toString(tensor.shape())));
    }
  }
}
