package org.vlmvisualizer.engine;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.Locale;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.network.LlavaNetwork;

/** What PyTorch says when memory does not suffice, and what a user can do about it. */
public final class OutOfMemory {
  /** Of CUDA and MPS; of the CPU's allocator on Linux and macOS; of that on Windows. */
  private static final List<String> SIGNS =
      List.of("out of memory", "can't allocate memory", "not enough memory");

  private OutOfMemory() {}

  /**
   * The sentence for a run that ended for want of memory; another failure as it is.
   *
   * @param device as {@link LlavaNetwork#device} tells it
   * @param tokens prompt and longest answer together
   */
  public static RuntimeException explained(EngineException e, String device, int tokens) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (SIGNS.stream().noneMatch(message::contains)) {
      return e;
    }
    String remedy =
        device.equals("cpu")
            ? "close other programs or choose precision int4"
            : "choose precision int4 or device cpu";
    return new InputException(
        "Expected enough free memory on %s to run %d tokens of prompt and answer, but it ran out; %s, or ask for a shorter answer."
            .formatted(device, tokens, remedy),
        e);
  }
}
