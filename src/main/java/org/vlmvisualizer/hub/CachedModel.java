package org.vlmvisualizer.hub;

import java.nio.file.Path;

/**
 * One revision of a model in the cache.
 *
 * @param id with the branch or tag that stands for it, or its commit if none does
 * @param folder of its files; of an unfinished download, the folder of the model
 * @param bytes of its files; those that other revisions have too count for each
 * @param licence as its model card names it; "not stated" if there is none
 * @param problem why it cannot be used, as a clause or a sentence; empty if all that a model needs
 *     is there
 */
public record CachedModel(HubId id, Path folder, long bytes, String licence, String problem) {
  /** Whether all that a model needs is there. */
  public boolean isWhole() {
    return problem.isEmpty();
  }

  /** What a user writes for it: org/name, or org/name@revision. */
  public String name() {
    return id.toString();
  }
}
