package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.OutOfMemory;

/** A device whose memory runs out during a run, with faults that a progress report throws. */
class OutOfMemoryTest {
  private static final String CUDA =
      "The following operation failed in the TorchScript interpreter.\nTraceback:\n"
          + "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total";

  @ParameterizedTest
  @CsvSource({
    "gpu:0, 'CUDA out of memory. Tried to allocate 2.00 GiB.', device cpu",
    "mps, 'MPS backend out of memory (MPS allocated: 8.00 GB)', device cpu",
    "cpu, '[enforce fail] DefaultCPUAllocator: can''t allocate memory: you tried', close other",
    "cpu, 'DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.', close other"
  })
  void isToldWithARemedy(String device, String fault, String remedy) {
    RuntimeException e = OutOfMemory.explained(new EngineException(fault), device, 640);
    assertEquals(InputException.class, e.getClass());
    assertTrue(e.getMessage().contains(remedy), e.getMessage());
    assertTrue(e.getMessage().contains("on " + device + " to run 640 tokens"), e.getMessage());
    PlainSentence.check(e.getMessage());
  }

  @Test
  void anotherFaultStaysAsItIs() {
    EngineException fault = new EngineException("Expected all tensors on one device");
    assertSame(fault, OutOfMemory.explained(fault, "gpu:0", 640));
    EngineException silent = new EngineException((String) null);
    assertSame(silent, OutOfMemory.explained(silent, "gpu:0", 640));
  }

  /** In every stage of a run; afterwards the network answers as before. */
  @ParameterizedTest
  @ValueSource(strings = {"picture", "prompt", "answer"})
  void aRunThatFailsLeavesTheNetworkUsable(String stage) {
    try (LoadedGolden model = new LoadedGolden("llama-mha")) {
      Trace before = model.answer(TraceRequest.NOTHING);
      model.network.forgetPictures();
      Progress failing =
          (what, done, total) -> {
            if (what.contains(stage)) {
              throw new EngineException(CUDA);
            }
          };
      InputException e =
          assertThrows(
              InputException.class,
              () ->
                  model
                      .network
                      .session(model.pixels, model.prompt)
                      .generate(
                          model.length,
                          Generation.greedy(Set.of()),
                          String::valueOf,
                          TraceRequest.NOTHING,
                          failing));
      PlainSentence.check(e.getMessage());
      assertEquals(before.tokens(), model.answer(TraceRequest.NOTHING).tokens());
    }
  }
}
