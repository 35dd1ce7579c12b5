package org.vlmvisualizer.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The GPU that Spark gave to a task. */
final class GpuAddress {
  static final String GPU = "gpu";

  private static final String DEVICE = "device";

  private GpuAddress() {}

  /** The question as a task asks it: on its own GPU, if Spark hands out GPUs. */
  static Question of(Question question, TaskContext task) {
    ResourceInformation gpu = task.resourcesJMap().get(GPU);
    if (gpu == null || !question.words().get(DEVICE).equals(GPU)) {
      return question;
    }
    String index = index(gpu.addresses()[0], System.getenv("CUDA_VISIBLE_DEVICES"));
    return question.with(DEVICE, GPU + ":" + index);
  }

  /**
   * What PyTorch calls a GPU, which counts the visible ones, where nvidia-smi counts all.
   *
   * @param address as nvidia-smi says it, as a rule
   * @param visible numbers with commas between, or null
   */
  static String index(String address, String visible) {
    if (visible == null) {
      return address;
    }
    List<String> numbers = Arrays.stream(visible.split(",")).map(String::strip).toList();
    return numbers.contains(address) ? Integer.toString(numbers.indexOf(address)) : address;
  }
}
