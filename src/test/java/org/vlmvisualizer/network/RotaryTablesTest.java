package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.core.Positions;
import org.vlmvisualizer.core.RopeConfig;

/** Against figures of LlamaRotaryEmbedding in transformers 4.57.6. */
class RotaryTablesTest {
  private static final int HEAD_DIM = 16;

  @Test
  void frequenciesAreThoseOfTransformers() {
    assertFrequencies(new RopeConfig(10000, new RopeConfig.Plain()), PLAIN);
    assertFrequencies(new RopeConfig(10000, new RopeConfig.Linear(2.5)), LINEAR);
    assertFrequencies(new RopeConfig(500000, new RopeConfig.Llama3(8, 1, 4, 8192)), LLAMA3);
  }

  private static void assertFrequencies(RopeConfig rope, float[] expected) {
    assertArrayEquals(expected, RotaryTables.frequencies(rope, HEAD_DIM));
  }

  @Test
  void anglesGrowWithThePlace() {
    RotaryTables tables =
        RotaryTables.of(
            new RopeConfig(10000, new RopeConfig.Plain()), HEAD_DIM, Positions.counted(7), 1001);
    for (int i = 0; i < HEAD_DIM; i++) {
      assertEquals(1, tables.cos()[i]);
      assertEquals(0, tables.sin()[i]);
      assertEquals(COS_1000[i % 8], tables.cos()[1000 * HEAD_DIM + i], 1e-7);
      assertEquals(SIN_1000[i % 8], tables.sin()[1000 * HEAD_DIM + i], 1e-7);
    }
  }

  /** Of Phi3RotaryEmbedding: short prompts, and longer ones, of which all places are others. */
  @Test
  void aPromptsLengthChoosesBetweenFactors() {
    RopeConfig rope = new RopeConfig(10000, LONG_ROPE);
    assertFrequencies(rope.at(4096), SHORT);
    assertFrequencies(rope.at(4097), LONG);
    assertEquals(4096, LONG_ROPE.longest(4096));
    assertEquals(Integer.MAX_VALUE, LONG_ROPE.longest(4097));
    RotaryTables tables = RotaryTables.of(rope, HEAD_DIM, Positions.counted(4097), 4100);
    for (int i = 0; i < HEAD_DIM; i++) {
      assertEquals(1.1902380714238083, tables.cos()[i], 1e-7);
      assertEquals(LONG_COS_1000[i % 8], tables.cos()[1000 * HEAD_DIM + i], 1e-7);
    }
  }

  private static final RopeConfig.LongRope LONG_ROPE =
      new RopeConfig.LongRope(
          List.of(1.05, 1.1, 1.25, 1.4, 1.55, 1.9, 2.0, 2.35),
          List.of(1.03, 1.08, 1.3, 2.86, 5.49, 18.36, 53.84, 64.8),
          4096,
          1.1902380714238083,
          false);

  private static final float[] SHORT = {
    0.9523810148239136f,
    0.2874797582626343f,
    0.07999999821186066f,
    0.022587697952985764f,
    0.006451612804085016f,
    0.0016643567942082882f,
    0.0005000000237487257f,
    0.0001345650089206174f
  };

  private static final float[] LONG = {
    0.9708738327026367f,
    0.29280346632003784f,
    0.07692307978868484f,
    0.011056914925575256f,
    0.0018214936135336757f,
    0.00017223734175786376f,
    1.857355164247565e-05f,
    4.8800579861563165e-06f
  };

  private static final float[] LONG_COS_1000 = {
    -1.1814332008361816f,
    -0.9579798579216003f,
    0.05465979501605034f,
    0.0729646161198616f,
    -0.29527369141578674f,
    1.1726270914077759f,
    1.1900328397750854f,
    1.1902239322662354f
  };

  private static final float[] PLAIN = {
    1.0f,
    0.3162277638912201f,
    0.10000000149011612f,
    0.03162277862429619f,
    0.009999999776482582f,
    0.003162277862429619f,
    0.0010000000474974513f,
    0.0003162277862429619f
  };

  private static final float[] LINEAR = {
    0.4000000059604645f,
    0.12649109959602356f,
    0.03999999910593033f,
    0.012649111449718475f,
    0.003999999724328518f,
    0.0012649111449718475f,
    0.0004000000189989805f,
    0.0001264911115868017f
  };

  private static final float[] LLAMA3 = {
    1.0f,
    0.193922758102417f,
    0.03760603070259094f,
    0.00729266507551074f,
    0.0005248460220173001f,
    3.428102354519069e-05f,
    6.647869668086059e-06f,
    1.289173155782919e-06f
  };

  private static final float[] COS_1000 = {
    0.5623790621757507f,
    -0.4773979187011719f,
    0.8623188734054565f,
    0.9786823987960815f,
    -0.83907151222229f,
    -0.9997860789299011f,
    0.5403023362159729f,
    0.9504152536392212f
  };

  private static final float[] SIN_1000 = {
    0.8268795609474182f,
    0.8786872029304504f,
    -0.5063656568527222f,
    0.2053794413805008f,
    -0.5440211296081543f,
    -0.020683808252215385f,
    0.8414709568023682f,
    0.3109836280345917f
  };
}
