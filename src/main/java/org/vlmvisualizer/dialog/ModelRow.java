package org.vlmvisualizer.dialog;

/**
 * One line of {@link ModelsWindow}.
 *
 * @param name what a user writes for the model
 * @param int4 memory in int4
 * @param bfloat16 memory in bfloat16
 * @param answer seconds that an answer took on this computer
 * @param size on disk, or of the download
 * @param runs "yes", "after a download", or why the plugin cannot run it
 * @param folder of its files; empty if it is not on this computer
 * @param details all of it in sentences, with what the columns have no room for
 * @param isUsable whether a question can be put to it
 */
public record ModelRow(
    String name,
    String goodFor,
    String licence,
    Figure parameters,
    Figure int4,
    Figure bfloat16,
    Figure answer,
    Figure size,
    String runs,
    String folder,
    String details,
    boolean isUsable,
    boolean isRemovable) {

  /** Whether it is on this computer. */
  boolean isHere() {
    return !folder.isEmpty();
  }
}
