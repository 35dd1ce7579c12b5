package org.vlmvisualizer.network;

import ai.djl.pytorch.jni.IValue;
import org.vlmvisualizer.engine.RowKernel.Form;
import org.vlmvisualizer.engine.RowKernel.Product;

/**
 * A matrix of the decoder, to multiply with.
 *
 * @param projection as TorchScript takes it, see weights.py
 * @param product as the row kernel takes it, or null
 * @param form how weights.py calls what it is held in
 */
record Matrix(IValue projection, Product product, String form) {
  boolean isQuantised() {
    return form.startsWith("int");
  }

  /** Whether it is held and multiplied in bfloat16. */
  boolean isBfloat16() {
    return form.equals("plain") && product != null && product.form() == Form.BFLOAT16;
  }

  /** Whether many rows multiply it in a wider type than it is held in. */
  boolean isWidened() {
    return isQuantised() || form.equals("widened");
  }
}
