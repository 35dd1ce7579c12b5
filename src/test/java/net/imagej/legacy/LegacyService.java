package net.imagej.legacy;

import org.scijava.service.AbstractService;

/** Tells PyImageJ that ImageJ's own classes are there; see {@link net.imagej.ImageJ}. */
public final class LegacyService extends AbstractService {
  public boolean isActive() {
    return true;
  }
}
