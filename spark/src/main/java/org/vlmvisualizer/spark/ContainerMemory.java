package org.vlmvisualizer.spark;

import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.Precision;

/**
 * The memory beside Java's that YARN and Kubernetes let an executor have; one that takes more is
 * ended. Models lie there. Other cluster managers set no limit.
 */
final class ContainerMemory {
  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final long MB = 1 << 20;

  /** Figures for a user are rounded up to so many. */
  private static final long STEP = 512;

  private final SparkConf conf;

  ContainerMemory(SparkConf conf) {
    this.conf = conf;
  }

  /**
   * The best precision that fits.
   *
   * @param needs bytes of each that could be taken, best first
   * @return empty if there is no limit
   * @throws InputException if none fits
   */
  Optional<Precision> best(Map<Precision, Long> needs) {
    String master = conf.get("spark.master", "");
    if (!master.startsWith("yarn") && !master.startsWith("k8s:")) {
      return Optional.empty();
    }
    long limit = limit();
    Precision last = null;
    for (Map.Entry<Precision, Long> need : needs.entrySet()) {
      last = need.getKey();
      if (megabytes(need.getValue()) <= limit) {
        return Optional.of(last);
      }
    }
    throw new InputException(
        "Expected %s=%dm or more, which the model takes beside Java in precision %s, found %d MB, and the cluster would end its executors; add --conf %s=%dm."
            .formatted(
                OVERHEAD,
                rounded(needs.get(last)),
                last,
                limit,
                OVERHEAD,
                rounded(needs.get(last))));
  }

  /** MB. */
  private long limit() {
    if (conf.contains(OVERHEAD)) {
      return conf.getSizeAsMb(OVERHEAD);
    }
    double factor = conf.getDouble(factorSetting(), 0.1);
    long least = conf.getSizeAsMb("spark.executor.minMemoryOverhead", "384m");
    long java = conf.getSizeAsMb("spark.executor.memory", "1g");
    return Math.max(least, (long) (factor * java));
  }

  private String factorSetting() {
    String old = "spark.kubernetes.memoryOverheadFactor";
    return conf.contains(old) ? old : "spark.executor.memoryOverheadFactor";
  }

  private static long megabytes(long bytes) {
    return (bytes + MB - 1) / MB;
  }

  private static long rounded(long bytes) {
    return (megabytes(bytes) + STEP - 1) / STEP * STEP;
  }
}
