package org.vlmvisualizer.explorer;

import java.awt.EventQueue;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;

/**
 * A model that makes maps at once: those of the answer, upside down in sign, so signed. It works
 * for as long as it is told to, and may be told to fail.
 */
public final class FakeModel implements AskedModel {
  /** What it was asked: "occlusion", "check 3". */
  final List<String> asked = new CopyOnWriteArrayList<>();

  volatile boolean works; // until this is false, or it is cancelled
  volatile String failure = "";
  volatile double seconds = Double.NaN;

  private final NextQuestion next;

  /** That no question is put to. */
  public FakeModel() {
    this((earlier, question, followsUp, progress) -> {});
  }

  FakeModel(NextQuestion next) {
    this.next = next;
  }

  @Override
  public void ask(AttentionResult earlier, String question, boolean followsUp, Progress progress) {
    next.ask(earlier, question, followsUp, progress);
  }

  @Override
  public AttentionResult by(AttentionResult answer, String method, Progress progress) {
    work(method, progress);
    TokenMaps maps = answer.maps();
    float[][] values = new float[maps.size()][];
    for (int t = 0; t < values.length; t++) {
      values[t] = maps.values(t).clone();
      for (int p = 0; p < values[t].length; p++) {
        values[t][p] *= -3;
      }
    }
    return answer.with(
        new TokenMaps(
            new AttributionMap(method, values, true), maps.grid(), maps.tokens(), maps.shares()));
  }

  @Override
  public MapCheck check(AttentionResult answer, int token, Progress progress) {
    work("check " + token, progress);
    return new MapCheck(0.6, 0.1 * token);
  }

  private void work(String what, Progress progress) {
    if (EventQueue.isDispatchThread()) {
      throw new AssertionError("on the event thread");
    }
    asked.add(what);
    try {
      do {
        progress.update("Reading the prompt", 1, 2);
        Thread.sleep(1);
      } while (works);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (!failure.isEmpty()) {
      throw new InputException(failure);
    }
  }

  @Override
  public double seconds(AttentionResult answer, String method) {
    return seconds;
  }

  @Override
  public double secondsOfCheck(AttentionResult answer) {
    return seconds;
  }
}
