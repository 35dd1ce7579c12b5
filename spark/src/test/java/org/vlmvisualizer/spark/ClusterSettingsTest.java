package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** What the job asks of clusters, and what it refuses. */
class ClusterSettingsTest {
  private static final String STANDALONE = "spark://here:7077";
  private static final String JAVA = "spark.executor.extraJavaOptions";

  private final SparkConf conf = new SparkConf(false);

  private String apply(String master, String device) {
    conf.set("spark.master", master);
    return new ClusterSettings(conf).apply(Path.of("/data/my answers"), device);
  }

  private void refused(String master, String device, String... parts) {
    String sentence = assertThrows(InputException.class, () -> apply(master, device)).getMessage();
    PlainSentence.check(sentence);
    for (String part : parts) {
      assertTrue(sentence.contains(part), sentence);
    }
  }

  @Test
  void aTaskHasAllCoresOfItsExecutor() {
    conf.set("spark.executor.cores", "4");
    assertEquals("cpu", apply(STANDALONE, "auto"));
    assertEquals("4", conf.get("spark.task.cpus"));
    assertEquals("4", conf.get("spark.executorEnv.OMP_NUM_THREADS"));
    assertEquals("1", conf.get("spark.executorEnv.HF_HUB_OFFLINE"));
    assertFalse(conf.getBoolean("spark.speculation", false));
  }

  @Test
  void otherCoresAreRefused() {
    conf.set("spark.executor.cores", "4").set("spark.task.cpus", "2");
    refused(STANDALONE, "auto", "spark.task.cpus=4", "found 2");
  }

  @Test
  void ofAStandaloneClusterCoresMustBeGiven() {
    refused(STANDALONE, "auto", "spark.executor.cores", "--executor-cores");
  }

  @Test
  void elsewhereAnExecutorHasOneCore() {
    apply("yarn", "cpu");
    assertEquals("1", conf.get("spark.task.cpus"));
  }

  @ParameterizedTest
  @CsvSource({"local", "local[2]", "'local[*,3]'"})
  void withoutAClusterNothingIsSet(String master) {
    assertEquals("gpu:1", apply(master, "gpu:1"));
    assertEquals(1, conf.getAll().length);
  }

  @Test
  void whatTheUserSetStays() {
    conf.set("spark.executorEnv.OMP_NUM_THREADS", "3").set("spark.task.maxFailures", "2");
    conf.set(JAVA, "-XX:ErrorFile=/tmp/x.log");
    apply("yarn", "auto");
    assertEquals("3", conf.get("spark.executorEnv.OMP_NUM_THREADS"));
    assertEquals("2", conf.get("spark.task.maxFailures"));
    assertEquals("-XX:ErrorFile=/tmp/x.log", conf.get(JAVA));
  }

  @Test
  void reportsOfCrashesLieBesideTheResults() {
    conf.set(JAVA, "-Xss1m");
    apply("k8s://here", "auto");
    assertEquals("-Xss1m \"-XX:ErrorFile=/data/my answers/hs_err_pid%p.log\"", conf.get(JAVA));
  }

  @Test
  void aTaskHasTheGpuOfItsExecutor() {
    conf.set("spark.executor.resource.gpu.amount", "1");
    assertEquals("gpu", apply("yarn", "auto"));
    assertEquals("1", conf.get("spark.task.resource.gpu.amount"));
    assertEquals("cpu", apply("yarn", "cpu"));
  }

  @Test
  void otherGpusAreRefused() {
    refused("yarn", "gpu", "spark.executor.resource.gpu.amount=1", "no GPUs");
    refused("yarn", "gpu:1", "found gpu:1");
    conf.set("spark.executor.resource.gpu.amount", "2");
    refused("yarn", "gpu", "spark.executor.resource.gpu.amount=1", "found 2");
    conf.set("spark.executor.resource.gpu.amount", "1");
    conf.set("spark.task.resource.gpu.amount", "0.5");
    refused("yarn", "auto", "spark.task.resource.gpu.amount=1", "found 0.5");
  }

  @ParameterizedTest
  @CsvSource({
    "0, , 0",
    "3, , 3",
    "5, '4,5', 1",
    "4, ' 4, 5', 0",
    "0, '4,5', 0",
    "GPU-1, 'GPU-0,GPU-1', 1"
  })
  void gpusAreNumberedAsPyTorchSeesThem(String address, String visible, String index) {
    assertEquals(index, GpuAddress.index(address, visible));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8, 1",
    "8, 8, 1",
    "9, 8, 2",
    "40, 8, 5",
    "40, 1, 40",
    "40000, 8, 4000",
    "100000, 8, 4000",
    "1000000, 1, 15625"
  })
  void partsHaveAFewPictures(int pictures, int smallest, int parts) {
    assertEquals(parts, FolderJob.parts(pictures, smallest));
  }
}
