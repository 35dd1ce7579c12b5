package org.vlmvisualizer.hub;

/** Whoever decides whether a download may begin. */
@FunctionalInterface
public interface Consent {
  /**
   * Called once before a download, if anything has to come over the network.
   *
   * @return whether to begin
   * @throws org.vlmvisualizer.core.InputException if there is nobody to ask, with how to agree
   */
  boolean to(DownloadOffer offer);
}
