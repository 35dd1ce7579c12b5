package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.Golden.difference;
import static org.vlmvisualizer.Golden.flatten;
import static org.vlmvisualizer.Golden.relativeDifference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/** What must hold of every network, whatever its weights. */
class NetworkInvariantsTest {
  private static final double TOLERANCE = 1e-5;
  static final List<String> NAMES = Golden.NAMES;

  @ParameterizedTest
  @FieldSource("NAMES")
  void decodingWithTheCacheEqualsOnePassOverEverything(String name) {
    try (LoadedGolden loaded = new LoadedGolden(name)) {
      Trace cached = loaded.answer(request(IndexRange.ALL, IndexRange.ALL, false));
      for (int t = 0; t < cached.tokens().size(); t++) {
        Trace whole =
            loaded.generate(longer(cached, t), 1, request(IndexRange.ALL, IndexRange.ALL, false));
        assertClose(flatten(cached.rows()[t]), flatten(whole.rows()[0]), "rows of token " + t);
        assertLogitsClose(cached.logits()[t], whole.logits()[0]);
        assertEquals(cached.tokens().get(t).id(), whole.tokens().get(0).id());
        assertEarlierRowsAreTheSame(cached, whole);
      }
    }
  }

  /** Causality: what comes later changes nothing of the prompt's rows. */
  private static void assertEarlierRowsAreTheSame(Trace cached, Trace whole) {
    for (int i = 0; i < cached.prompt().length(); i++) {
      float[] row = Arrays.copyOf(whole.promptRows()[i], cached.prompt().length());
      assertClose(cached.promptRows()[i], row, "prompt row " + i);
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void headsOneByOneAverageToAllHeads(String name) {
    try (LoadedGolden loaded = new LoadedGolden(name)) {
      int heads = loaded.config.decoder().numAttentionHeads();
      Trace all = loaded.answer(request(IndexRange.ALL, IndexRange.ALL, true));
      List<Trace> parts = new ArrayList<>();
      for (int h = 0; h < heads; h++) {
        parts.add(loaded.answer(request(IndexRange.ALL, new IndexRange(h, h), true)));
      }
      assertClose(rows(all), mean(parts.stream().map(NetworkInvariantsTest::rows).toList()), "");
      assertClose(
          flatten(all.promptRows()),
          mean(parts.stream().map(p -> flatten(p.promptRows())).toList()),
          "");
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void layersOneByOneAreTheLayersOfAll(String name) {
    try (LoadedGolden loaded = new LoadedGolden(name)) {
      int layers = loaded.config.decoder().numHiddenLayers();
      Trace all = loaded.answer(request(IndexRange.ALL, IndexRange.ALL, false));
      List<float[]> promptRows = new ArrayList<>();
      for (int l = 0; l < layers; l++) {
        Trace one = loaded.answer(request(new IndexRange(l, l), IndexRange.ALL, false));
        for (int t = 0; t < all.tokens().size(); t++) {
          assertEquals(1, one.rows()[t].length);
          assertArrayEquals(all.rows()[t][l], one.rows()[t][0], "layer " + l + ", token " + t);
        }
        promptRows.add(flatten(one.promptRows()));
      }
      assertClose(flatten(all.promptRows()), mean(promptRows), "prompt rows");
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void attentionRowsSumToOne(String name) {
    try (LoadedGolden loaded = new LoadedGolden(name)) {
      for (boolean keepFirst : new boolean[] {true, false}) {
        Trace trace = loaded.answer(request(IndexRange.ALL, new IndexRange(1, 2), keepFirst));
        for (float[][] token : trace.rows()) {
          assertEachSumsToOne(token);
        }
        assertEachSumsToOne(trace.promptRows());
        assertEachSumsToOne(trace.vision());
      }
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void recordingChangesNothingOfTheAnswer(String name) {
    try (LoadedGolden loaded = new LoadedGolden(name)) {
      Trace recorded = loaded.answer(request(IndexRange.ALL, IndexRange.ALL, false));
      Trace bare = loaded.answer(TraceRequest.NOTHING);
      for (int t = 0; t < loaded.length; t++) {
        GeneratedToken expected = recorded.tokens().get(t);
        assertEquals(expected.id(), bare.tokens().get(t).id());
        assertEquals(expected.probability(), bare.tokens().get(t).probability(), TOLERANCE);
      }
      assertNull(bare.rows());
      assertNull(bare.promptRows());
      assertNull(bare.vision());
      assertNull(bare.logits());
    }
  }

  private static TraceRequest request(IndexRange layers, IndexRange heads, boolean keepFirst) {
    return new TraceRequest(VisionLayers.ALL, layers, heads, keepFirst, true, Keep.NOTHING, true);
  }

  /** The prompt with the first {@code count} generated tokens behind it. */
  private static TokenSequence longer(Trace trace, int count) {
    TokenSequence prompt = trace.prompt();
    int[] ids = Arrays.copyOf(prompt.inputIds(), prompt.length() + count);
    List<String> tokens = new ArrayList<>(prompt.tokens());
    List<Span> spans = new ArrayList<>(prompt.spans());
    for (int t = 0; t < count; t++) {
      GeneratedToken token = trace.tokens().get(t);
      ids[prompt.length() + t] = token.id();
      tokens.add(token.text());
    }
    spans.add(new Span(Span.Kind.GENERATED, prompt.length(), ids.length));
    return new TokenSequence(prompt.text(), ids, tokens, spans);
  }

  private static float[] rows(Trace trace) {
    return flatten(Arrays.stream(trace.rows()).map(Golden::flatten).toArray(float[][]::new));
  }

  private static float[] mean(List<float[]> parts) {
    float[] mean = new float[parts.get(0).length];
    for (float[] part : parts) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += part[i] / parts.size();
      }
    }
    return mean;
  }

  private static void assertEachSumsToOne(float[][] rows) {
    for (float[] row : rows) {
      double sum = 0;
      for (float value : row) {
        assertTrue(value >= 0);
        sum += value;
      }
      assertEquals(1, sum, TOLERANCE);
    }
  }

  /** Relative to the largest: logits have no scale of their own. */
  private static void assertLogitsClose(float[] expected, float[] actual) {
    double difference = relativeDifference(expected, actual);
    assertTrue(difference <= TOLERANCE, "logits differ by %.3g".formatted(difference));
  }

  private static void assertClose(float[] expected, float[] actual, String what) {
    double difference = difference(expected, actual);
    assertTrue(difference <= TOLERANCE, "%s differ by %.3g".formatted(what, difference));
  }
}
