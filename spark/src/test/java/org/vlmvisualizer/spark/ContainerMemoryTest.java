package org.vlmvisualizer.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.shelf.ModelLocator;

/** Whether a model fits into the containers of a cluster. */
class ContainerMemoryTest {
  private static final long GB = 1 << 30;

  private final SparkConf conf = new SparkConf(false).set("spark.master", "yarn");

  private Optional<Precision> best(Map<Precision, Long> needs) {
    return new ContainerMemory(conf).best(needs);
  }

  private static Map<Precision, Long> needs() {
    Map<Precision, Long> needs = new LinkedHashMap<>();
    needs.put(Precision.BFLOAT16, 15 * GB);
    needs.put(Precision.INT8, 9 * GB);
    needs.put(Precision.INT4, 5 * GB);
    return needs;
  }

  @ParameterizedTest
  @CsvSource({"16g, BFLOAT16", "15360, BFLOAT16", "15359m, INT8", "5g, INT4"})
  void theBestThatFitsIsTaken(String overhead, Precision precision) {
    conf.set("spark.executor.memoryOverhead", overhead);
    assertEquals(Optional.of(precision), best(needs()));
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheFigureToSet() {
    String sentence = assertThrows(InputException.class, () -> best(needs())).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("--conf spark.executor.memoryOverhead=5120m"), sentence);
    assertTrue(sentence.contains("found 384 MB"), sentence);
    conf.set("spark.executor.memoryOverhead", "5120m");
    assertEquals(Optional.of(Precision.INT4), best(needs()));
  }

  @ParameterizedTest
  @CsvSource({
    "spark.executor.memory, 60g",
    "spark.executor.memoryOverheadFactor, 6",
    "spark.executor.minMemoryOverhead, 6g"
  })
  void sparksOwnOverheadCounts(String setting, String value) {
    assertThrows(InputException.class, () -> best(needs()));
    conf.set(setting, value);
    assertEquals(Optional.of(Precision.INT4), best(needs()));
  }

  @Test
  void kubernetesHasAFactorOfItsOwn() {
    conf.set("spark.master", "k8s://https://here")
        .set("spark.kubernetes.memoryOverheadFactor", "9");
    assertEquals(Optional.of(Precision.INT8), best(needs()));
  }

  @ParameterizedTest
  @CsvSource({"local[2]", "spark://here:7077"})
  void whereNothingIsLimitedNothingIsChosen(String master) {
    conf.set("spark.master", master);
    assertEquals(Optional.empty(), best(needs()));
  }

  @Test
  void aCheckpointTellsWhatItNeeds() {
    Checkpoint demo = ModelLocator.onDisk(Checkpoint.DEMO);
    Map<Precision, Long> all = AttentionModel.memoryNeed(demo, Precision.AUTO);
    assertEquals(Precision.FLOAT32, all.keySet().iterator().next());
    assertTrue(
        all.get(Precision.FLOAT32) > 500_000_000 && all.get(Precision.FLOAT32) < GB, "" + all);
    Map<Precision, Long> one = AttentionModel.memoryNeed(demo, Precision.INT8);
    assertEquals(1, one.size());
    assertEquals(all.get(Precision.INT8), one.get(Precision.INT8));
  }
}
