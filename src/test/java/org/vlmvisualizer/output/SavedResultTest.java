package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

class SavedResultTest {
  @TempDir Path folder;

  private AttentionResult write(int tokens) {
    AttentionResult result = Demo.of(60, 40, tokens).result(Upsampling.BILINEAR, null);
    result.write(folder, result.heatmaps());
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 18})
  void readsBackWhatWasWritten(int tokens) {
    AttentionResult written = write(tokens);
    AttentionResult read = SavedResult.read(folder);
    assertEquals(written.maps().tokens(), read.maps().tokens());
    assertEquals(written.maps().shares(), read.maps().shares());
    assertEquals(written.maps().grid(), read.maps().grid());
    for (int t = 0; t < tokens; t++) {
      assertArrayEquals(written.maps().values(t), read.maps().values(t));
    }
    assertArrayEquals(written.picture().rgb(), read.picture().rgb());
    assertEquals(written.run(), read.run());
    assertEquals(written.answer(), read.answer());
    assertEquals(written.rendering(), read.rendering());
    assertEquals(written.source().title(), read.source().title());
    assertEquals(written.source().originX(), read.source().originX());
    assertEquals(written.source().calibration().toString(), read.source().calibration().toString());
    assertEquals(written.table().toCsv(), read.table().toCsv());
  }

  @Test
  void readsBackEvidenceAndChecks() throws Exception {
    AttentionResult written = Demo.of(60, 40, 7).withEvidence().result(Upsampling.NEAREST, null);
    written.write(folder, written.heatmaps());
    AttentionResult read = SavedResult.read(folder);
    assertEquals(written.maps().tokens(), read.maps().tokens());
    assertEquals(written.table().toCsv(), read.table().toCsv());
    assertEquals(written.table().toCsv(), Files.readString(folder.resolve("tokens.csv")));
    assertEquals(written.words().toCsv(), Files.readString(folder.resolve("words.csv")));
    assertEquals(MethodsText.of(read) + "\n", Files.readString(folder.resolve("methods.txt")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"id\": 1}", "null"})
  void refusesOtherTokensWithoutText(String other) throws Exception {
    AttentionResult written = Demo.of(60, 40, 2).withEvidence().result(Upsampling.NEAREST, null);
    written.write(folder, written.heatmaps());
    Path run = folder.resolve("run.json");
    String json = Files.readString(run);
    String damaged = json.replaceFirst("(?s)\"others\": \\[\\s*\\{[^}]*}", "\"others\": [" + other);
    assertNotEquals(json, damaged);
    Files.writeString(run, damaged);
    refused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run.json", "picture.png", "patches.tif"})
  void refusesAFolderWithADamagedFile(String name) throws Exception {
    write(3);
    Path file = folder.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    refused();
    Files.delete(file);
    refused();
  }

  @Test
  void refusesAnEmptyFolder() {
    assertTrue(refused().contains("no run.json"));
  }

  private String refused() {
    String sentence =
        assertThrows(InputException.class, () -> SavedResult.read(folder)).getMessage();
    PlainSentence.check(sentence);
    return sentence;
  }
}
