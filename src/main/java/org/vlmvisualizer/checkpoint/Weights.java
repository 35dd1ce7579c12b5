package org.vlmvisualizer.checkpoint;

import java.util.Map;

/** The weights of a model by canonical name. They stay in their files until they are mapped. */
public record Weights(Map<String, StoredTensor> tensors) {
  public Weights {
    tensors = Map.copyOf(tensors);
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

  /** The number of parameters. */
  public long parameters() {
    return tensors.values().stream().mapToLong(t -> t.length() / t.dtype().bytes()).sum();
  }
}
