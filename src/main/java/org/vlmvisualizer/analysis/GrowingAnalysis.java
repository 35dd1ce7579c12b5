package org.vlmvisualizer.analysis;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Trace;

/**
 * The analysis of an answer that is being written. PyTorch's thread adds tokens, which costs it
 * nothing; their maps are made by the thread that asks for them, each once.
 */
final class GrowingAnalysis implements Supplier<Analysis> {
  private final Function<Trace, Analysis> analysis;
  private final Function<List<GeneratedToken>, String> texts;
  private final Queue<Trace> fresh = new ConcurrentLinkedQueue<>();
  private Analysis soFar;

  /**
   * @param analysis of some tokens alone; asked in the order that they were written in
   * @param texts running text of the answer that tokens are of
   */
  GrowingAnalysis(
      Function<Trace, Analysis> analysis, Function<List<GeneratedToken>, String> texts) {
    this.analysis = analysis;
    this.texts = texts;
  }

  void add(Trace token) {
    fresh.add(token);
  }

  /** Of all tokens that were added; at least one must have been. */
  @Override
  public synchronized Analysis get() {
    for (Trace token = fresh.poll(); token != null; token = fresh.poll()) {
      Analysis next = analysis.apply(token);
      soFar = soFar == null ? next : soFar.with(next, texts);
    }
    return soFar;
  }
}
