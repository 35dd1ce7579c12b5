package org.vlmvisualizer.shelf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTimesTest {
  private static final Path MODEL = Path.of("a model");

  @TempDir Path folder;
  private Path file;
  private AnswerTimes times;

  @BeforeEach
  void here() {
    file = folder.resolve("cache/times.json");
    times = new AnswerTimes(file);
  }

  @Test
  void theLastOneOfAModelIsFoundByEachProgram() throws Exception {
    assertEquals(Optional.empty(), times.last(MODEL));
    times.record(MODEL, "cpu", "float32", 12.34, null);
    times.record(MODEL, "gpu:0", "bfloat16", 0.5, null);
    times.record(Path.of("another"), "cpu", "int4-32", 7, null);
    AnswerTime last = new AnswerTimes(file).last(MODEL).orElseThrow();
    assertEquals("0.5 s", last.text());
    assertEquals("gpu:0, bfloat16", last.conditions());
    times.record(MODEL.toAbsolutePath(), "cpu", "float32", 20, null);
    assertEquals("20 s", times.last(MODEL).orElseThrow().text());
    assertEquals(3, times.list().size(), "one for each model, device and precision");
    try (var files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList(), "nothing else is left");
    }
  }

  @Test
  void whatALaterAnswerDoesNotMeasureStays() {
    StageTimes first = new StageTimes(256, 270, 40, 2, 10, 0.5);
    times.record(MODEL, "cpu", "int4", 60, first);
    StageTimes second = new StageTimes(512, 530, 0, 4, 20, 0.6);
    times.record(MODEL, "cpu", "int4", 0, second);
    AnswerTime last = new AnswerTimes(file).lastStages(MODEL, "auto", "auto").orElseThrow();
    assertEquals(new StageTimes(512, 530, 40, 4, 20, 0.6), last.stages());
    assertEquals(60, times.last(MODEL).orElseThrow().seconds());
    times.record(MODEL, "cpu", "int4", 50, null);
    assertEquals(last.stages(), times.last(MODEL).orElseThrow().stages());
    assertEquals(50, times.last(MODEL).orElseThrow().seconds());
  }

  @Test
  void stagesAreThoseOfTheDeviceAndPrecisionAskedFor() {
    StageTimes stages = new StageTimes(256, 270, 1, 1, 1, 1);
    times.record(MODEL, "gpu:1", "bfloat16", 0, stages);
    times.record(MODEL, "cpu", "int4", 0, stages);
    assertEquals(Optional.empty(), times.last(MODEL), "no answer was timed as a whole");
    assertEquals("cpu, int4", conditions("auto", "auto"));
    assertEquals("gpu:1, bfloat16", conditions("gpu", "auto"));
    assertEquals("gpu:1, bfloat16", conditions("gpu:1", "bfloat16"));
    assertEquals("gpu:1, bfloat16", conditions("auto", "bfloat16"));
    assertEquals("none", conditions("gpu:0", "auto"));
    assertEquals("none", conditions("cpu", "bfloat16"));
  }

  private String conditions(String device, String precision) {
    return times.lastStages(MODEL, device, precision).map(AnswerTime::conditions).orElse("none");
  }

  @Test
  void theFileStaysSmall() {
    for (int i = 0; i < 210; i++) {
      times.record(Path.of("model " + i), "cpu", "int8", 1 + i, null);
    }
    assertEquals(200, times.list().size());
    assertTrue(times.last(Path.of("model 209")).isPresent());
    assertTrue(times.last(Path.of("model 9")).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"times\": 3}",
        "{\"times\": [3]}",
        "{\"times\": [{}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\"}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": -1}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1e999}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"<b>\", \"precision\": \"int4\","
            + " \"seconds\": 1}]}",
        "{\"times\": [{\"folder\": \"\\u001b\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1}]}",
        "{\"times\": [{\"folder\": [], \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1, \"stages\": 7}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1, \"stages\": {}}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1, \"stages\": {\"imageTokens\": 0, \"promptTokens\": 9,"
            + " \"load\": 1, \"tower\": 1, \"prefill\": 1, \"token\": 1}}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1, \"stages\": {\"imageTokens\": 1e30, \"promptTokens\": 1e40,"
            + " \"load\": 1, \"tower\": 1, \"prefill\": 1, \"token\": 1}}]}",
        "{\"times\": [{\"folder\": \"x\", \"device\": \"cpu\", \"precision\": \"int4\","
            + " \"seconds\": 1, \"stages\": {\"imageTokens\": 4, \"promptTokens\": 9,"
            + " \"load\": 1, \"tower\": -1, \"prefill\": 1e308, \"token\": 1}}]}"
      })
  void aDamagedFileCountsAsEmptyAndIsReplaced(String damaged) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, damaged);
    assertEquals(List.of(), times.list());
    times.record(MODEL, "cpu", "int4", 1, null);
    assertEquals("1.0 s", times.last(MODEL).orElseThrow().text());
  }

  @Test
  void aHugeFileIsNotRead() throws Exception {
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[(1 << 20) + 1]);
    assertEquals(List.of(), times.list());
  }

  /** A file where the folder should be: not even root can write below it. */
  @Test
  void whereNothingCanBeWrittenNothingIsRemembered() throws Exception {
    Files.writeString(file.getParent(), "a file");
    times.record(MODEL, "cpu", "int4", 1, null);
    assertEquals(List.of(), times.list());
  }

  @Test
  void whatIsNoTimeIsNotRemembered() {
    for (double seconds : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      times.record(MODEL, "cpu", "int4", seconds, null);
    }
    for (double token : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      times.record(MODEL, "cpu", "int4", 0, new StageTimes(4, 9, 1, 1, 1, token));
    }
    times.record(MODEL, "a device", "int4", 1, null);
    assertEquals(List.of(), times.list());
  }

  @Test
  void programsAtOnceLeaveAWholeFile() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int own = t;
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 50; i++) {
                  new AnswerTimes(file).record(Path.of("model " + own), "cpu", "int4", 1 + i, null);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(!times.list().isEmpty(), Files.readString(file));
  }
}
