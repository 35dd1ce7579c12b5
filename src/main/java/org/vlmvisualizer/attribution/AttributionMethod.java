package org.vlmvisualizer.attribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Replay;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

/**
 * A way to tell how much each image token counted for each token of an answer.
 *
 * <pre>{@code
 * AttributionMethod method = AttributionMethods.of("language", AttentionOptions.REFERENCE);
 * Trace trace = session.generate(64, generation, texts, method.request(), progress);
 * List<TokenMaps> maps = method.maps(trace, probe);
 * }</pre>
 */
public abstract class AttributionMethod {
  private final String name;
  final AttentionOptions options;

  /**
   * @param name that users choose it by: lower case, words joined by hyphens
   */
  AttributionMethod(String name, AttentionOptions options) {
    this.name = name;
    this.options = options;
  }

  /** That users choose it by. */
  public final String name() {
    return name;
  }

  /** Layers of the tower whose attention is read. */
  VisionLayers vision() {
    return VisionLayers.NONE;
  }

  /** What is read once more of the whole answer. */
  Set<Replay> replay() {
    return Set.of();
  }

  /** Whether values may be negative. */
  boolean isSigned() {
    return false;
  }

  /** Whether it reads which image tokens are neighbours, or lie in a window. */
  public boolean needsCells() {
    return false;
  }

  /**
   * Where the values of image tokens lie.
   *
   * @param layout of the trace
   * @param vision the tower's attention ({@link Trace#vision}), or null
   */
  Layout layout(Layout layout, float[][] vision) {
    return layout;
  }

  /** Whether maps leave out attention sinks where {@link Sinks#REMOVE} asks for it. */
  boolean removesSinks() {
    return false;
  }

  /** Whether a token's map needs nothing but what is recorded while that token is written. */
  public boolean growsWithAnswer() {
    return replay().isEmpty();
  }

  /**
   * What it costs beside the answer, in readings of the whole prompt, picture included: an
   * estimate.
   *
   * @param tokens T of the answer
   * @param cells of the picture's map
   */
  public double passes(int tokens, int cells) {
    return replay().isEmpty() ? 0 : 1;
  }

  /** Whether maps of some layers and heads can be made of what a run keeps of each. */
  public boolean readsKeptRows() {
    return false;
  }

  /**
   * What must be recorded while the network runs. Rows of attention always are, for the shares of
   * picture and text.
   */
  public TraceRequest request() {
    return new TraceRequest(
            vision(),
            options.layers(),
            options.heads(),
            options.keepFirst(),
            true,
            Keep.NOTHING,
            false)
        .finding(options.sinks().search())
        .replaying(replay());
  }

  /**
   * @param trace recorded on {@link #request()}
   * @param rows the same trace's rows
   * @param probe asks the model again
   * @return [T, K] of the image tokens
   */
  abstract float[][] values(Trace trace, AttentionRows rows, AnswerProbe probe);

  /**
   * By image tokens.
   *
   * @param trace recorded on {@link #request()}
   * @param probe asks the model again about the same answer, where the method does
   */
  public final AttributionMap attribute(Trace trace, AnswerProbe probe) {
    AttentionRows rows = AttentionRows.of(trace, options);
    return new AttributionMap(name, values(trace, rows, probe), isSigned());
  }

  /** Of a method that does not ask again. */
  public final AttributionMap attribute(Trace trace) {
    return attribute(trace, null);
  }

  /**
   * A map per token for each picture or time point, on its display grid.
   *
   * @param trace recorded on {@link #request()}
   * @param probe asks the model again about the same answer, where the method does
   */
  public List<TokenMaps> maps(Trace trace, AnswerProbe probe) {
    AttentionRows shares = AttentionRows.of(trace, options.keepFirst());
    AttributionMap map = attribute(trace, probe);
    Layout layout = layout(trace.layout(), trace.vision());
    List<TokenMaps> maps = new ArrayList<>();
    for (int frame = 0; frame < layout.frames(); frame++) {
      maps.add(TokenMaps.of(map, layout, frame, trace.tokens(), shares.shares(trace, frame)));
    }
    return maps;
  }

  /** A map as shares: the values of image tokens that have a place, divided by their sum. */
  static float[] shares(double[] values, Layout layout) {
    double sum = 0;
    for (int k = 0; k < values.length; k++) {
      sum += layout.hasPlace(k) ? values[k] : 0;
    }
    float[] shares = new float[values.length];
    for (int k = 0; k < values.length && sum > 0; k++) {
      shares[k] = layout.hasPlace(k) ? (float) (values[k] / sum) : 0;
    }
    return shares;
  }

  /** A row of attention at the image tokens, [K]. */
  static double[] onImage(float[] row, Trace trace) {
    int[] positions = trace.prompt().imagePositions();
    double[] values = new double[positions.length];
    for (int k = 0; k < values.length; k++) {
      values[k] = row[positions[k]];
    }
    return values;
  }
}
