package org.vlmvisualizer.hub;

import java.nio.file.Path;

/**
 * What a download would bring.
 *
 * @param id the model
 * @param bytes to come over the network
 * @param presentBytes of the model that are on disk already
 * @param licence as the model's page names it
 * @param freeBytes on the disk of the cache
 * @param cache the folder that the files go to
 */
public record DownloadOffer(
    HubId id, long bytes, long presentBytes, String licence, long freeBytes, Path cache) {

  /** All of it as one sentence without a full stop, to build a question upon. */
  public String text() {
    return "%s: %s to download%s, licence: %s, to %s (%s free)"
        .formatted(
            id,
            Amounts.bytes(bytes),
            presentBytes == 0 ? "" : " (" + Amounts.bytes(presentBytes) + " are there)",
            licence,
            cache,
            Amounts.bytes(freeBytes));
  }
}
