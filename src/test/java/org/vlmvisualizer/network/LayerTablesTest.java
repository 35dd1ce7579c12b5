package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.DecoderConfig;
import org.vlmvisualizer.core.DecoderConfig.Sight;
import org.vlmvisualizer.core.DecoderConfig.Style;
import org.vlmvisualizer.core.RopeConfig;
import org.vlmvisualizer.core.Span;
import org.vlmvisualizer.core.TokenSequence;

/** Which keys each token sees, against the masks of transformers, by their definition. */
class LayerTablesTest {
  private static final int LENGTH = 20;
  private static final int WINDOW = 4;
  private static final RopeConfig ROPE = new RopeConfig(1000, new RopeConfig.Linear(8));
  private static final RopeConfig LOCAL = new RopeConfig(10, new RopeConfig.Plain());

  /** Two pictures, from 2 to 8 and from 9 to 12, and text: 15 tokens, and room for 5 more. */
  private static final TokenSequence PROMPT =
      new TokenSequence(
          "",
          new int[15],
          Collections.nCopies(15, ""),
          List.of(
              new Span(Span.Kind.PROMPT, 0, 2),
              new Span(Span.Kind.IMAGE, 2, 8),
              new Span(Span.Kind.MARKER, 8, 9),
              new Span(Span.Kind.IMAGE, 9, 12),
              new Span(Span.Kind.PROMPT, 12, 15)));

  private static int picture(int place) {
    return place >= 2 && place < 8 ? 1 : place >= 9 && place < 12 ? 2 : 0;
  }

  private static DecoderConfig config(Sight sight) {
    return new DecoderConfig(
        8,
        8,
        2,
        2,
        1,
        4,
        10,
        100,
        1e-6,
        ROPE,
        false,
        false,
        false,
        false,
        false,
        100,
        Style.PLAIN,
        sight,
        false);
  }

  @Test
  void aTokenSeesWhatTheMasksLetIt() {
    Sight sight = new Sight(true, List.of(true, false), WINDOW, LOCAL);
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager();
        LayerTables tables = new LayerTables(torch, scope, config(sight), PROMPT, LENGTH)) {
      for (int layer = 0; layer < 2; layer++) {
        long[] seen = tables.arrays(layer).get(2).toLongArray();
        for (int i = 0; i < LENGTH; i++) {
          for (int j = 0; j < LENGTH; j++) {
            boolean causal = j <= i && (layer == 1 || i - j < WINDOW);
            boolean same = picture(i) > 0 && picture(i) == picture(j);
            assertEquals(causal || same, j >= seen[i] && j < seen[LENGTH + i], i + " sees " + j);
          }
        }
      }
      assertEquals(LENGTH - WINDOW, tables.first(0, LENGTH - 1));
      assertEquals(0, tables.first(1, LENGTH - 1));
      assertEquals(2, tables.firstSeeing(5));
      assertEquals(9, tables.firstSeeing(9));
      assertEquals(8, tables.firstSeeing(8));
      assertNotEquals(
          tables.arrays(0).get(0).getFloat(7, 1), tables.arrays(1).get(0).getFloat(7, 1));
    }
  }

  @Test
  void othersHaveNoRanges() {
    try (Torch torch = Torch.on(Device.cpu());
        PtNDManager scope = (PtNDManager) torch.manager().newSubManager();
        LayerTables tables =
            new LayerTables(torch, scope, config(Sight.BACKWARDS), PROMPT, LENGTH)) {
      assertTrue(tables.arrays(1).get(2).isEmpty());
      assertEquals(5, tables.firstSeeing(5));
      assertEquals(0, tables.first(0, LENGTH - 1));
      assertArrayEquals(
          RotaryTables.of(ROPE, 4, PROMPT.positions(), LENGTH).cos(),
          tables.arrays(0).get(0).toFloatArray());
    }
  }
}
