package org.vlmvisualizer.hub;

import java.io.IOException;
import org.vlmvisualizer.core.InputException;

/** The files of one commit of a model on the hub. */
record HubSource(HubClient client, HubFaults faults, HubId id, String commit)
    implements BlobDownload.Source {
  @Override
  public HubResponse open(RepoFile file, long from) throws IOException {
    return client.content(id, commit, file, from);
  }

  @Override
  public InputException fault(HubResponse response) {
    return faults.status(response);
  }

  @Override
  public InputException fault(IOException failure) {
    return faults.network(failure);
  }

  @Override
  public InputException fault(RepoFile file, String found) {
    return new InputException(
        "Expected %s of %s as the hub announced it, with %d bytes, but twice found %s, and deleted it; run again later, and if it stays so, check whether a proxy or HF_ENDPOINT changes files on their way."
            .formatted(file.name(), id, file.size(), found));
  }
}
