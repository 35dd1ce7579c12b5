package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.TraceRequest;

/** The embeddings of tokens, which are read from the model's file when they are needed. */
class EmbeddingsTest {
  @Test
  void aTokenThatTheModelLacksIsRefused() {
    try (LoadedGolden loaded = new LoadedGolden("llama-mha")) {
      for (int id : new int[] {-1, 1_000_000}) {
        TokenSequence wrong = withFirst(loaded.prompt, id);
        InputException refusal =
            assertThrows(
                InputException.class, () -> loaded.generate(wrong, 2, TraceRequest.NOTHING));
        assertTrue(refusal.getMessage().endsWith("found " + id + REMEDY), refusal.getMessage());
      }
      assertEquals(3, loaded.generate(loaded.prompt, 3, TraceRequest.NOTHING).tokens().size());
    }
  }

  private static final String REMEDY = "; use the tokenizer that belongs to the model.";

  private static TokenSequence withFirst(TokenSequence prompt, int id) {
    int[] ids = prompt.inputIds().clone();
    ids[0] = id;
    return new TokenSequence(prompt.text(), ids, prompt.tokens(), prompt.spans());
  }

  @Test
  void aModelThatIsRemovedAfterLoadingIsToldByName(@TempDir Path folder) throws IOException {
    Golden golden = new Golden("llama-mha");
    try (var files = Files.list(golden.checkpoint())) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    try (LoadedGolden loaded = new LoadedGolden(golden, folder)) {
      Path weights = folder.resolve("model.safetensors");
      Files.delete(weights);
      InputException refusal =
          assertThrows(
              InputException.class, () -> loaded.generate(loaded.prompt, 2, TraceRequest.NOTHING));
      assertTrue(refusal.getMessage().contains("cannot be read"), refusal.getMessage());
      Files.copy(golden.checkpoint().resolve("model.safetensors"), weights);
      assertEquals(2, loaded.generate(loaded.prompt, 2, TraceRequest.NOTHING).tokens().size());
    }
  }
}
