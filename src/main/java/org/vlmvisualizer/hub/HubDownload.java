package org.vlmvisualizer.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/**
 * Brings a model from the hub to the disk. Whatever ends it, every file is then whole or absent,
 * and the next run goes on from there.
 */
public record HubDownload(HubSettings settings) {
  /** Largest file that is believed, in bytes: the sum over files must fit a long. */
  private static final long MAX_FILE = 10_000_000_000_000L;

  /**
   * The folder of a model. One that is on disk is taken as it is, without a look at the network.
   *
   * @param consent asked before anything large comes over the network
   * @param progress told file, bytes, rate and time left; may cancel
   * @throws InputException if the model cannot be had
   * @throws CancellationException if cancelled, or if consent is not given; what came so far stays
   */
  public Path fetch(HubId id, Consent consent, Progress progress) {
    HubCache cache = new HubCache(settings.cache(), id);
    Optional<Path> present = cache.find();
    if (present.isPresent()) {
      return present.get();
    }
    HubFaults faults = new HubFaults(settings, id);
    if (settings.offline()) {
      throw faults.offline();
    }
    Transfer transfer = new Transfer(progress);
    HubClient client = new HubClient(settings, new HubHttp(settings), faults, transfer);
    RepoInfo info = client.info(id);
    List<RepoFile> files =
        FileChoice.of(id, info.files()).stream()
            .map(file -> checked(client.known(id, info.commit(), file), id))
            .toList();
    BlobFolder folder = cache.files(info.commit());
    List<RepoFile> missing = files.stream().filter(file -> !folder.has(file)).toList();
    long bytes = files.stream().mapToLong(RepoFile::size).sum();
    long toCome = missing.stream().mapToLong(f -> f.size() - folder.begun(f)).sum();
    transfer.start(bytes, toCome);
    if (toCome > 0) {
      agree(id, toCome, bytes - toCome, info.licence(), consent);
    }
    HubSource source = new HubSource(client, faults, id, info.commit());
    missing.forEach(new BlobDownload(source, folder, transfer, settings.backoff())::fetch);
    return cache.publish(info.commit(), files);
  }

  private void agree(HubId id, long toCome, long present, String licence, Consent consent) {
    long free = DiskFaults.free(settings.cache());
    // A hundredth more, for what the disk itself needs per file.
    if (toCome + toCome / 100 > free) {
      throw new InputException(
          "Expected room for %s of %s in %s, but only %s are free; make room or choose another folder with HF_HUB_CACHE."
              .formatted(Amounts.bytes(toCome), id, settings.cache(), Amounts.bytes(free)));
    }
    DownloadOffer offer =
        new DownloadOffer(
            "a model", id.toString(), toCome, present, licence, free, settings.cache());
    if (!consent.to(offer)) {
      throw new CancellationException("The download of " + id + " was declined.");
    }
  }

  private static RepoFile checked(RepoFile file, HubId id) {
    if (file.size() > MAX_FILE) {
      throw new InputException(
          "Expected files of at most 10 TB in %s, but %s is announced with %d bytes; nothing is downloaded."
              .formatted(id, file.name(), file.size()));
    }
    return file;
  }
}
