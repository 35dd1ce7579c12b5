package org.vlmvisualizer.shelf;

import java.nio.file.Path;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.checkpoint.LinkedFolders;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.HubModels;

/** Opens what a user calls a model, on disk or on the hub, with what that model names in turn. */
public final class ModelLocator {
  private ModelLocator() {}

  /**
   * @param model a folder, a hub id, a hub id with @revision, or "demo"
   * @param consent asked before each download
   * @throws InputException if it, its vision tower or an adapter's base cannot be had
   * @throws java.util.concurrent.CancellationException if cancelled or not consented to
   */
  public static Checkpoint open(String model, Consent consent, Progress progress) {
    LinkedFolders links =
        (from, name) -> {
          try {
            return LinkedFolders.BESIDE.find(from, name);
          } catch (InputException notBeside) {
            String located = HubModels.locate(name, consent, progress);
            if (located.equals(name)) {
              throw notBeside;
            }
            return Path.of(located);
          }
        };
    return Checkpoint.find(HubModels.locate(model, consent, progress), links);
  }
}
