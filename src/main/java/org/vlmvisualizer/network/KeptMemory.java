package org.vlmvisualizer.network;

import java.util.Locale;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.JavaMemory;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.TraceRequest;

/** Whether the attention that a run is asked to keep fits into Java's memory, told before it. */
final class KeptMemory {
  /** Maps, tables and pictures of the result need room as well. */
  private static final double SHARE = 0.8;

  private KeptMemory() {}

  /**
   * @param request with layers and heads counted from 0
   * @param tokens T at most
   * @throws InputException if it does not fit
   */
  static void require(TraceRequest request, int tokens, int patches) {
    if (request.rows() && request.keep() != Keep.NOTHING) {
      long needed = bytes(request, tokens, patches);
      require(request, tokens, needed, JavaMemory.available((long) (needed / SHARE)));
    }
  }

  /** T * L * H * (P + 3) floats. */
  static long bytes(TraceRequest request, int tokens, int patches) {
    int heads = request.keep() == Keep.LAYERS ? 1 : request.heads().size();
    long rows = (long) tokens * request.layers().size() * heads;
    return rows * (patches + HeadAttention.SUMS) * Float.BYTES;
  }

  /**
   * @param available bytes that can still be allocated
   */
  static void require(TraceRequest request, int tokens, long needed, long available) {
    if (needed > SHARE * available) {
      boolean each = request.keep() == Keep.HEADS;
      throw new InputException(
          String.format(
              Locale.ROOT,
              "Keeping the attention of %s for up to %d tokens needs %.2f GB of memory, and %.2f GB are free for it. Use %s, or give Java more memory.",
              each
                  ? "%d heads in each of %d layers"
                      .formatted(request.heads().size(), request.layers().size())
                  : request.layers().size() + " layers",
              tokens,
              needed / 1e9,
              SHARE * available / 1e9,
              each
                  ? "keep=layers, fewer layers or heads, a smaller length"
                  : "keep=nothing, fewer layers, a smaller length"));
    }
  }
}
