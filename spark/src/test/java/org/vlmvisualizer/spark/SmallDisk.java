package org.vlmvisualizer.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.Claims;

/**
 * A folder that cannot hold all results. To root it is a file system of a megabyte; to others, who
 * may make none, programs that are forbidden to write more than a few kilobytes into a file.
 */
final class SmallDisk implements AutoCloseable {
  private static final boolean MOUNTED = System.getProperty("user.name").equals("root");

  private final Path folder;

  SmallDisk(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    if (MOUNTED) {
      Commands.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString());
    }
  }

  /** Lets the job find it full. */
  void fill(SparkCluster cluster, Submission job) throws Exception {
    if (MOUNTED) {
      return;
    }
    job.await(() -> Claims.anyOwner(folder).isPresent());
    for (ProcessHandle executor : cluster.executors()) {
      Commands.run("prlimit", "--pid", Long.toString(executor.pid()), "--fsize=8192");
    }
  }

  /** Makes room; programs that are started from now on have no limit. */
  void grow() throws IOException, InterruptedException {
    if (MOUNTED) {
      Commands.run("mount", "-o", "remount,size=64m", folder.toString());
    }
  }

  @Override
  public void close() throws Exception {
    if (MOUNTED) {
      Commands.run("umount", "--lazy", folder.toString());
    }
  }
}
