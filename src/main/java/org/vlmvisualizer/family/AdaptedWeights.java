package org.vlmvisualizer.family;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vlmvisualizer.checkpoint.LoraAdapter;
import org.vlmvisualizer.checkpoint.LowRank;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.WeightMap;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.InputException;

/** A base's weights with an adapter laid over them. Nothing is added up before it is loaded. */
final class AdaptedWeights {
  private AdaptedWeights() {}

  /**
   * @param stored the base's tensors; those that the adapter trained as a whole may be missing
   * @param adapter null for none
   * @param expected canonical name to shape
   * @throws InputException if a weight is missing, not expected or of another shape, or the adapter
   *     changes what the model does not have
   */
  static Weights resolve(
      List<StoredTensor> stored,
      LoraAdapter adapter,
      WeightMap names,
      Map<String, long[]> expected) {
    if (adapter == null) {
      return names.resolve(stored, expected);
    }
    Set<String> replaced =
        adapter.replaced().stream()
            .map(tensor -> names.canonical(tensor.name()))
            .collect(Collectors.toSet());
    List<StoredTensor> all = new ArrayList<>(adapter.replaced());
    stored.stream().filter(t -> !replaced.contains(names.canonical(t.name()))).forEach(all::add);
    Map<String, LowRank> changes = new LinkedHashMap<>();
    adapter
        .changes()
        .forEach(
            (module, change) -> {
              String name = names.canonical(module + ".weight");
              check(module, change, expected.get(name));
              if (changes.put(name, change) != null) {
                throw new InputException(
                    "Expected one change for each weight, but the adapter has two for %s."
                        .formatted(module));
              }
            });
    return new Weights(names.resolve(all, expected).tensors(), changes);
  }

  private static void check(String module, LowRank change, long[] shape) {
    if (shape == null || shape.length != 2) {
      throw new InputException(
          "Expected an adapter of this model's linear layers, but its target module %s is none of them; use the base that it was trained on."
              .formatted(module));
    }
    if (change.b().shape()[0] != shape[0] || change.a().shape()[1] != shape[1]) {
      throw new InputException(
          "Expected an adapter for the weight %s of %d x %d, but its target module is %d x %d; use the base that it was trained on."
              .formatted(module, shape[0], shape[1], change.b().shape()[0], change.a().shape()[1]));
    }
  }
}
