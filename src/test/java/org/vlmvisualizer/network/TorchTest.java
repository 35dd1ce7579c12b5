package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.DeviceChoice;
import org.vlmvisualizer.engine.EngineThread;
import org.vlmvisualizer.engine.StartFailure;

/** The module itself, without a model. */
class TorchTest {
  /** DJL takes any PyTorch there for the one that it fits. */
  @Test
  void anotherVersionOfPyTorchIsToldByItsFolder() {
    EngineException lacking =
        assertThrows(EngineException.class, () -> new Torch(Device.cpu(), "unknown-operator"));
    RuntimeException told = StartFailure.explained(lacking, "/opt/torch/lib");
    assertEquals(InputException.class, told.getClass());
    PlainSentence.check(told.getMessage());
    assertTrue(told.getMessage().contains("(/opt/torch/lib), found another version"));
    assertSame(lacking, StartFailure.explained(lacking, null));
    EngineException other = new EngineException("CUDA error");
    assertSame(other, StartFailure.explained(other, "/opt/torch/lib"));
  }

  @Test
  void theProbeComputes() {
    try (Torch torch = Torch.on(DeviceChoice.of("cpu").device())) {
      torch.probe();
      assertFalse(torch.device().isGpu());
    }
  }

  /** On the thread that the first model of a program is loaded on. */
  @Test
  void whatWasLoadedAheadIsGivenOnce() {
    Torch.ahead(Device.cpu());
    try (Torch first = Torch.on(Device.cpu());
        Torch second = Torch.on(Device.cpu())) {
      assertNotSame(first, second);
      first.probe();
      second.probe();
    }
  }

  @Test
  void whatCannotBePreparedIsLeftToTheLoad() {
    LlavaNetwork.prepare("gpu:99");
    EngineThread.settle();
    assertThrows(InputException.class, () -> DeviceChoice.of("gpu:99"));
  }
}
