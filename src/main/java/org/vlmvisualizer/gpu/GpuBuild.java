package org.vlmvisualizer.gpu;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.vlmvisualizer.hub.PackageFile;

/**
 * A build of PyTorch with the libraries of CUDA that it needs.
 *
 * @param name such as cu126
 * @param platform such as linux-x86_64
 * @param cuda version of CUDA
 * @param lowest compute capability times ten of the GPUs it has code for
 * @param highest the same
 * @param driver first number of the oldest version of NVIDIA's driver
 * @param wheels in the order in which they are fetched
 */
record GpuBuild(
    String name,
    String platform,
    String cuda,
    int lowest,
    int highest,
    int driver,
    List<Wheel> wheels) {
  /**
   * A zip archive of a package of Python, of which the libraries are taken.
   *
   * @param unpacked bytes of what is taken, at most
   * @param take names of the entries that are taken; the licence is, too
   */
  record Wheel(PackageFile file, long unpacked, Pattern take) {}

  /** Bytes of all wheels. */
  long size() {
    return wheels.stream().mapToLong(wheel -> wheel.file().size()).sum();
  }

  /** Bytes of all that is taken, at most. */
  long unpacked() {
    return wheels.stream().mapToLong(Wheel::unpacked).sum();
  }

  static long largest(List<Wheel> wheels) {
    return wheels.stream().map(w -> w.file().size()).max(Comparator.naturalOrder()).orElse(0L);
  }
}
