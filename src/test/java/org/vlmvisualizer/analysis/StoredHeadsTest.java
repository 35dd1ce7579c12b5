package org.vlmvisualizer.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.HeadMap.Head;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.UserCache;

/** Localization heads that are kept for a model. */
class StoredHeadsTest {
  private static final String MODEL = "test-" + "0".repeat(59);

  @AfterEach
  void clean() throws IOException {
    Files.deleteIfExists(file());
  }

  private static Path file() {
    return UserCache.folder("localization-heads").resolve(MODEL + ".txt");
  }

  @Test
  void areReadAsTheyWereWritten() {
    List<Head> heads = List.of(new Head(14, 24), new Head(0, 3));
    StoredHeads.write(MODEL, heads);
    assertEquals(heads, StoredHeads.read(MODEL));
  }

  @Test
  void aModelWithoutAnyIsTold() {
    InputException refusal = assertThrows(InputException.class, () -> StoredHeads.read(MODEL));
    PlainSentence.check(refusal.getMessage());
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    StoredHeads.write(MODEL, List.of(new Head(1, 2)));
    Files.writeString(file(), "1.2,");
    assertThrows(InputException.class, () -> StoredHeads.read(MODEL));
  }
}
