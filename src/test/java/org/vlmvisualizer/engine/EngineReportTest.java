package org.vlmvisualizer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told about the engine that runs. */
class EngineReportTest {
  @Test
  void tellsVersionsDeviceAndReason() {
    EngineReport report = EngineReport.of("cpu");
    Map<String, Object> map = report.map();
    assertEquals(Engine.getDjlVersion(), map.get("djl"));
    assertEquals("cpu", map.get("device"));
    assertEquals("Device cpu was asked for.", map.get("device_reason"));
    assertTrue((int) map.get("threads") > 0);
    assertTrue(((String) map.get("row_kernel")).endsWith("-bit vectors"));
    assertFalse(map.containsValue(null));
    String text = String.join("\n", report.lines());
    assertTrue(text.contains("PyTorch " + map.get("pytorch") + " (" + map.get("flavor") + ")"));
    assertTrue(text.contains("Device: cpu. Device cpu was asked for."), text);
    assertFalse(text.contains("null"), text);
  }

  /** What sentences and docs/engine.md tell users to install, against what is built in. */
  @Test
  void theVersionsThatUsersAreToldFitTheBridge() {
    assertEquals(LibraryPath.VERSION, EngineReport.of("cpu").map().get("pytorch"));
    for (String bridge :
        List.of("linux-x86_64/cu128/libdjl_torch.so", "win-x86_64/cu128/djl_torch.dll")) {
      assertNotNull(getClass().getResource("/jnilib/" + bridge), bridge);
    }
  }

  /** Results may be published: where files lie is nobody's business. */
  @Test
  void theMapHoldsNoPaths() {
    String home = System.getProperty("user.home");
    assertFalse(EngineReport.of("auto").map().toString().contains(home));
  }

  @ParameterizedTest
  @CsvSource({
    "2.7.1-20250812-cpu-linux-x86_64, false, cpu",
    "2.7.1-cu128-win-x86_64, true, cu128",
    "lib, true, cuda",
    "lib, false, cpu"
  })
  void readsTheFlavourOfTheBuild(String folder, boolean cudaBuild, String expected) {
    assertEquals(expected, EngineReport.flavour(folder, cudaBuild));
  }
}
