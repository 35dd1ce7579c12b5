package org.vlmvisualizer.network;

import ai.djl.pytorch.jni.IValue;
import org.vlmvisualizer.engine.RowKernel.Product;

/**
 * A matrix of the decoder, to multiply with.
 *
 * @param projection as TorchScript takes it, see weights.py
 * @param product as the row kernel takes it, or null
 * @param form how weights.py calls what it is held in
 */
record Matrix(IValue projection, Product product, String form) {
  boolean isInt4() {
    return form.startsWith("int4");
  }

  /** Whether many rows multiply it in a wider type than it is held in. */
  boolean isWidened() {
    return isInt4() || form.equals("int8") || form.equals("widened");
  }
}
