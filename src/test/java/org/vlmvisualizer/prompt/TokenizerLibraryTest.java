package org.vlmvisualizer.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/** DJL's tokenizers, the first of its libraries that a program loads. */
class TokenizerLibraryTest {
  /** Opens a tokenizer and prints whether DJL would have fetched its library, or why not. */
  public static void main(String[] arguments) throws IOException {
    byte[] json = Files.readAllBytes(Path.of("src/main/resources/demo-checkpoint/tokenizer.json"));
    try (PromptEncoder encoder =
        new PromptEncoder(StrictJson.object(json), 1 << 20, 32000, 32000)) {
      System.out.print("offline: " + System.getProperty("ai.djl.offline"));
    } catch (InputException e) {
      System.out.print(e.getMessage());
    }
  }

  /** On a computer with a GPU and without a network, that failed. */
  @Test
  void isNotFetched() throws Exception {
    assertEquals("offline: true", said(Map.of()));
  }

  /** A tokenizer.json is not told to be broken because the library cannot be unpacked. */
  @Test
  void namesTheFolderThatItCannotBeUnpackedTo(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    String said = said(Map.of("DJL_CACHE_DIR", file.toString()));
    String expected = "Expected DJL's tokenizers to load from " + file.resolve("tokenizers");
    assertTrue(said.startsWith(expected), said);
  }

  private static String said(Map<String, String> variables) throws Exception {
    return JavaProcess.run(
            List.of(),
            JavaProcess.classPath(),
            TokenizerLibraryTest.class.getName(),
            List.of(),
            variables)
        .out();
  }
}
