package org.vlmvisualizer.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.vlmvisualizer.core.InputException;

/**
 * A file that is being downloaded: {@code <etag>.incomplete} beside the blobs, as huggingface_hub
 * names it. It only grows, and its hash grows with it; what it holds is never taken for whole until
 * {@link #complete} has checked it. To be used under the {@link CacheLock} of its blob.
 */
final class PartFile implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  // No FileChannel: an interrupt of the thread would close it under us.
  private final RandomAccessFile content;
  private final Path path;
  private final RepoFile file;
  private MessageDigest digest;
  private long position;

  private PartFile(RandomAccessFile content, Path path, RepoFile file) {
    this.content = content;
    this.path = path;
    this.file = file;
  }

  /**
   * Opens what an earlier run left, or begins anew. What is there is read once for the hash.
   *
   * @param alive called between MBs; may throw to stop
   * @throws InputException if the disk does not let us, or what is there is no file
   */
  static PartFile open(Path path, RepoFile file, Runnable alive) {
    DiskFaults.requireFileOrNothing(path);
    try {
      Files.createDirectories(path.getParent());
      RandomAccessFile content = new RandomAccessFile(path.toFile(), "rw");
      PartFile part = new PartFile(content, path, file);
      try {
        part.resume(alive);
        return part;
      } catch (IOException | RuntimeException e) {
        content.close();
        throw e;
      }
    } catch (IOException e) {
      throw DiskFaults.write(path, e);
    }
  }

  private void resume(Runnable alive) throws IOException {
    digest = newDigest();
    if (content.length() > file.size()) {
      content.setLength(0);
    }
    byte[] buffer = new byte[BUFFER];
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      alive.run();
      digest.update(buffer, 0, n);
      position += n;
    }
  }

  private MessageDigest newDigest() {
    return newDigest(file);
  }

  private static MessageDigest newDigest(RepoFile file) {
    try {
      if (file.isSha256()) {
        return MessageDigest.getInstance("SHA-256");
      }
      MessageDigest git = MessageDigest.getInstance("SHA-1");
      git.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
      return git;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The hash of another file, of the kind that a file's own hash is.
   *
   * @param alive called between MBs; may throw to stop
   */
  static String hash(Path path, RepoFile file, Runnable alive) {
    MessageDigest digest = newDigest(file);
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        alive.run();
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw DiskFaults.read(path, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Bytes that are there. */
  long position() {
    return position;
  }

  /** Bytes that are not. */
  long missing() {
    return file.size() - position;
  }

  /**
   * Adds bytes at the end.
   *
   * @return how many
   * @throws DamagedFile if there are more than the file has; then none are written
   * @throws InputException if the disk does not take them
   */
  long append(List<ByteBuffer> bytes) throws DamagedFile {
    long sum = bytes.stream().mapToLong(ByteBuffer::remaining).sum();
    if (sum > missing()) {
      throw new DamagedFile("more bytes than the " + file.size() + " announced");
    }
    try {
      for (ByteBuffer buffer : bytes) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        content.write(part);
        digest.update(part);
        position += part.length;
      }
      return sum;
    } catch (IOException e) {
      throw DiskFaults.write(path, e);
    }
  }

  /** Begins anew: what is there is dropped. */
  void restart() {
    try {
      content.setLength(0);
      content.seek(0);
      position = 0;
      digest = newDigest();
    } catch (IOException e) {
      throw DiskFaults.write(path, e);
    }
  }

  /**
   * Checks the hash and moves the file to where whole ones are, in one step.
   *
   * @throws DamagedFile if the hash differs
   */
  void complete(Path blob) throws DamagedFile {
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(file.etag())) {
      throw new DamagedFile("the hash " + found + " instead of " + file.etag());
    }
    try {
      // On the disk before it has its name: a power cut must not leave a hole behind that name.
      content.getFD().sync();
      content.close();
      Files.move(path, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw DiskFaults.write(blob, e);
    }
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw DiskFaults.write(path, e);
    }
  }
}
