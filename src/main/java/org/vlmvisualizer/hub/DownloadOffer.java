package org.vlmvisualizer.hub;

import java.nio.file.Path;

/**
 * What a download would bring.
 *
 * @param what is not on this computer, as "a model"
 * @param name of it
 * @param bytes to come over the network
 * @param presentBytes of it that are on disk already
 * @param licence as its page names it
 * @param freeBytes on the disk of the folder
 * @param folder the one that the files go to
 */
public record DownloadOffer(
    String what,
    String name,
    long bytes,
    long presentBytes,
    String licence,
    long freeBytes,
    Path folder) {

  /** All of it as one sentence without a full stop, to build a question upon. */
  public String text() {
    return "%s: %s to download%s, licence: %s, to %s (%s free)"
        .formatted(
            name,
            Amounts.bytes(bytes),
            presentBytes == 0 ? "" : " (" + Amounts.bytes(presentBytes) + " are there)",
            licence,
            folder,
            Amounts.bytes(freeBytes));
  }
}
