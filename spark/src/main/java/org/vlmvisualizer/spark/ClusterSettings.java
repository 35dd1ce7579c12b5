package org.vlmvisualizer.spark;

import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.hub.HubSettings;

/**
 * What the job asks of the cluster. A setting of the user's own stays; where it contradicts how
 * models run, it is refused.
 */
final class ClusterSettings {
  private static final String EXECUTOR_CORES = "spark.executor.cores";
  private static final String TASK_CPUS = "spark.task.cpus";
  private static final String EXECUTOR_GPUS = "spark.executor.resource.gpu.amount";
  private static final String TASK_GPUS = "spark.task.resource.gpu.amount";

  private final SparkConf conf;

  ClusterSettings(SparkConf conf) {
    this.conf = conf;
  }

  /**
   * Completes the settings.
   *
   * @param results folder that all computers see
   * @param device that the user asks for
   * @return the device of the executors; "gpu" for the one that Spark gives to each
   * @throws InputException if a setting contradicts how models run
   */
  String apply(Path results, String device) {
    if (isLocal()) {
      return device;
    }
    String cores = cores();
    require(TASK_CPUS, cores, "a model on a CPU uses all cores of its executor");
    // A poison picture ends Java twice, and one over which Java ends for other reasons five times.
    conf.setIfMissing("spark.task.maxFailures", "8");
    conf.setIfMissing("spark.executor.maxNumFailures", "1000");
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", cores);
    conf.setIfMissing("spark.executorEnv.HF_HUB_OFFLINE", "1");
    conf.setIfMissing("spark.executorEnv.HF_HUB_CACHE", hubCache());
    CrashReports.collect(conf, results);
    return device(device);
  }

  private boolean isLocal() {
    return conf.get("spark.master", "").matches("local(\\[.*])?");
  }

  /** Where the driver has models; an adapter names the one that it belongs to. */
  private static String hubCache() {
    return HubSettings.ofThisUser().cache().toString();
  }

  private String cores() {
    boolean standalone = conf.get("spark.master", "").startsWith("spark:");
    if (standalone && !conf.contains(EXECUTOR_CORES)) {
      throw new InputException(
          "Expected %s, how many cores each model has, found none, with which executors have all cores of their computers, whose number is not known; add --executor-cores 4, or as many as there are."
              .formatted(EXECUTOR_CORES));
    }
    return conf.get(EXECUTOR_CORES, "1");
  }

  private void require(String setting, String value, String reason) {
    conf.setIfMissing(setting, value);
    if (!conf.get(setting).equals(value)) {
      throw new InputException(
          "Expected %s=%s, since %s, found %s; leave it out."
              .formatted(setting, value, reason, conf.get(setting)));
    }
  }

  private String device(String asked) {
    boolean gpus = conf.contains(EXECUTOR_GPUS);
    if (asked.equals("cpu") || asked.equals("auto") && !gpus) {
      return "cpu";
    } else if (!asked.equals("auto") && !asked.equals(GpuAddress.GPU)) {
      throw new InputException(
          "Expected --device auto, cpu or gpu on a cluster, which itself says which GPU is whose, found %s."
              .formatted(asked));
    } else if (!gpus) {
      throw new InputException(
          "Expected %s=1 with --device gpu, found that Spark hands out no GPUs; add it, with spark.executor.resource.gpu.discoveryScript, or choose --device cpu."
              .formatted(EXECUTOR_GPUS));
    }
    require(EXECUTOR_GPUS, "1", "a model runs on one GPU");
    require(TASK_GPUS, "1", "a model runs on one GPU");
    return GpuAddress.GPU;
  }
}
