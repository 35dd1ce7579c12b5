package org.vlmvisualizer.engine;

import org.vlmvisualizer.core.InputException;

/** A device that cannot take a model, which another device perhaps can. */
public final class DeviceRefusal extends InputException {
  private static final long serialVersionUID = 1L;

  public DeviceRefusal(String message) {
    super(message);
  }
}
