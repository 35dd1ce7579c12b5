package org.vlmvisualizer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vlmvisualizer.core.InputException;

/** Refusals that say what would be taken. */
class ConfigObjectTest {
  private static final ConfigObject CONFIG =
      new ConfigObject(
          JsonParser.parseString("{\"layers\": 1000000000, \"kind\": \"yarn\"}").getAsJsonObject(),
          "config.json");

  @Test
  void saysWhatWasExpected() {
    assertEquals(
        "Expected a size of 1 to 268435456 for layers in config.json, found 1000000000; this model cannot be run.",
        refusal(() -> CONFIG.size("layers", 1)));
    assertEquals(
        "Expected default for kind in config.json, found yarn; this model cannot be run.",
        refusal(() -> CONFIG.oneOf("kind", "", List.of("default"))));
    assertEquals(
        "Expected a or b for kind in config.json, found yarn; this model cannot be run.",
        refusal(() -> CONFIG.oneOf("kind", "", List.of("a", "b"))));
  }

  private static String refusal(Executable use) {
    return assertThrows(InputException.class, use).getMessage();
  }
}
