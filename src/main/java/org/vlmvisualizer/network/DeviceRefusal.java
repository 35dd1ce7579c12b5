package org.vlmvisualizer.network;

import org.vlmvisualizer.core.InputException;

/** A device that cannot take a model, which another device perhaps can. */
final class DeviceRefusal extends InputException {
  private static final long serialVersionUID = 1L;

  DeviceRefusal(String message) {
    super(message);
  }
}
