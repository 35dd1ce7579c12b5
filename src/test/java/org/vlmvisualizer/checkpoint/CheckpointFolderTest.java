package org.vlmvisualizer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

/** Why a folder is not taken for a model. */
class CheckpointFolderTest {
  @TempDir Path folder;

  private String refusal(Path model) {
    String message = assertThrows(InputException.class, () -> Checkpoint.open(model)).getMessage();
    PlainSentence.check(message.replace(folder.toString(), ""));
    return message;
  }

  @Test
  void whatIsMissingIsSaidToBeMissing() {
    assertTrue(refusal(folder).contains("config.json in " + folder + ", but there is none"));
    assertTrue(refusal(folder.resolve("none")).contains("is not a folder"));
  }

  /** As below a folder that may not be entered, which root cannot have. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatCannotBeLookedForIsNot() throws Exception {
    Path below = Files.createFile(folder.resolve("file")).resolve("model");
    assertTrue(refusal(below).contains("failed (Not a directory"));
  }
}
