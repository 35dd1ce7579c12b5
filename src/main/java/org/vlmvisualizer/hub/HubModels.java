package org.vlmvisualizer.hub;

import java.util.Optional;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.Progress;

/** What users call a model, made into what is on disk. */
public final class HubModels {
  private HubModels() {}

  /**
   * A folder for what may be a hub id. A folder that exists is never taken for one.
   *
   * @param model a folder, a hub id, a hub id with @revision, or another name
   * @param consent asked before a download
   * @return the folder of the model on the hub, or {@code model} itself if that is no hub id
   * @throws org.vlmvisualizer.core.InputException if it is one, but cannot be had
   * @throws java.util.concurrent.CancellationException if cancelled or not consented to
   */
  public static String locate(String model, Consent consent, Progress progress) {
    if (FileTrouble.isFolder(model.strip())) {
      return model;
    }
    Optional<HubId> id = HubId.parse(model);
    if (id.isEmpty()) {
      return model;
    }
    HubDownload download = new HubDownload(HubSettings.ofThisUser());
    return download.fetch(id.get(), consent, progress).toString();
  }
}
