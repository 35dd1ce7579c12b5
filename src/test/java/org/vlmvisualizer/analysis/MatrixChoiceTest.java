package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;

/**
 * The whole-sequence matrix is there where it was asked for, and else where the prompt is short.
 */
class MatrixChoiceTest {
  private static final RgbPicture PICTURE = new RgbPicture(30, 20, new byte[1800]);

  @TempDir Path folder;

  private static Analysis ask(AttentionModel model, String question, MatrixChoice matrix) {
    AnalysisRequest request = Defaults.request(question, 2).withMatrix(matrix);
    return model.analyze(PICTURE, request, Progress.NONE);
  }

  private static AttentionModel open(Path checkpoint) {
    return AttentionModel.open(
        Checkpoint.open(checkpoint), "cpu", Precision.FLOAT32, Progress.NONE);
  }

  @Test
  void ofAShortPrompt() {
    try (AttentionModel model = open(Golden.ROOT.resolve("llama-mha/checkpoint"))) {
      Analysis asked = ask(model, "What is it?", MatrixChoice.SHORT);
      int length = asked.prompt().length() + asked.tokens().size();
      assertEquals(length, asked.matrix().length);
      assertFalse(Provenance.of(model, asked, 0).containsKey("matrix"));
    }
  }

  @Test
  void ofALongPrompt() {
    CheckpointCopy copy =
        CheckpointCopy.of("llama-mha", folder)
            .edit(
                "config.json",
                json ->
                    json.getAsJsonObject("text_config")
                        .addProperty("max_position_embeddings", 4096));
    String question = "a b ".repeat(800);
    try (AttentionModel model = open(copy.folder)) {
      Analysis asked = ask(model, question, MatrixChoice.SHORT);
      assertNull(asked.matrix());
      int length = asked.prompt().length();
      assertTrue(length > MatrixChoice.LONGEST, length + " tokens");
      assertEquals(
          "left out: %d tokens".formatted(length), Provenance.of(model, asked, 0).get("matrix"));
      assertNotNull(ask(model, question, MatrixChoice.ALWAYS).matrix());
    }
  }
}
