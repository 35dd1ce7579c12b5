package org.vlmvisualizer.checkpoint;

import java.util.Map;

/**
 * The weights of a model by canonical name. They stay in their files until they are mapped.
 *
 * @param changes what an adapter adds to some of them, by the same names
 */
public record Weights(Map<String, StoredTensor> tensors, Map<String, LowRank> changes) {
  public Weights {
    tensors = Map.copyOf(tensors);
    changes = Map.copyOf(changes);
  }

  public Weights(Map<String, StoredTensor> tensors) {
    this(tensors, Map.of());
  }

  /** Whether there is a weight of this name (a bias may be absent). */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  public StoredTensor get(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("No weight " + name);
    }
    return tensor;
  }

  /** What an adapter adds to a weight, or null if nothing. */
  public LowRank change(String name) {
    return changes.get(name);
  }

  /** The number of parameters. */
  public long parameters() {
    return tensors.values().stream().mapToLong(t -> t.length() / t.dtype().bytes()).sum();
  }
}
