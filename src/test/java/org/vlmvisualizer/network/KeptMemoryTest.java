package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Keep;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.core.VisionLayers;

class KeptMemoryTest {
  private static final IndexRange ALL = new IndexRange(0, 31);

  private static TraceRequest request(Keep keep) {
    return new TraceRequest(VisionLayers.ALL, ALL, ALL, false, true, keep, false);
  }

  private static String refused(Keep keep, int tokens, long available) {
    TraceRequest request = request(keep);
    long needed = KeptMemory.bytes(request, tokens, 576);
    String sentence =
        assertThrows(
                InputException.class, () -> KeptMemory.require(request, tokens, needed, available))
            .getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }

  @Test
  void theSentenceTellsFigureAndRemedy() {
    assertEquals(
        "Keeping the attention of 32 heads in each of 32 layers for up to 512 tokens needs 1.21 GB"
            + " of memory, and 0.80 GB are free for it. Use keep=layers, fewer layers or heads, a"
            + " smaller length, or give Java more memory.",
        refused(Keep.HEADS, 512, 1_000_000_000));
    assertEquals(
        "Keeping the attention of 32 layers for up to 512 tokens needs 0.04 GB of memory, and 0.01"
            + " GB are free for it. Use keep=nothing, fewer layers, a smaller length, or give Java"
            + " more memory.",
        refused(Keep.LAYERS, 512, 10_000_000));
  }

  @Test
  void whatFitsIsNotRefused() {
    long needed = KeptMemory.bytes(request(Keep.HEADS), 512, 576);
    assertEquals(512L * 32 * 32 * (576 + 3) * 4, needed);
    assertDoesNotThrow(() -> KeptMemory.require(request(Keep.HEADS), 512, needed, 2 * needed));
    assertDoesNotThrow(() -> KeptMemory.require(request(Keep.NOTHING), 1 << 30, 1 << 20));
  }

  /** The heap that there is: terabytes are refused, and not allocated. */
  @Test
  void terabytesAreRefused() {
    assertThrows(InputException.class, () -> KeptMemory.require(request(Keep.HEADS), 1 << 20, 576));
  }
}
