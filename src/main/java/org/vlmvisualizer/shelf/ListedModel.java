package org.vlmvisualizer.shelf;

import org.vlmvisualizer.core.ModelSize;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.ModelKind;
import org.vlmvisualizer.network.MemoryNeed;

/**
 * A model that the plugin knows without having a file of it.
 *
 * @param id on the hub, or "demo"
 * @param licence as its page on the hub names it
 * @param goodFor a few words on what to use it for
 * @param downloadBytes of its weights, about: they are the download, but for small files
 */
public record ListedModel(
    String id, ModelKind kind, String licence, String goodFor, ModelSize size, long downloadBytes) {

  /** Bytes of memory that it takes in a precision, as the plugin itself foretells it. */
  public long memory(Precision precision) {
    return MemoryNeed.bytes(size, precision);
  }
}
