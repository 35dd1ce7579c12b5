package org.vlmvisualizer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;

class ChecksumTest {
  private static final Path GOLDEN = Golden.ROOT.resolve("llama-mha/checkpoint");

  @TempDir Path cache;

  /** A snapshot whose weights are a link to a blob, as huggingface_hub lays them out. */
  private Path blob() throws IOException {
    Path weights = GOLDEN.resolve("model.safetensors");
    String hash = Checksum.of(List.of(weights));
    Path blob = Files.createDirectories(cache.resolve("blobs")).resolve(hash);
    Files.copy(weights, blob);
    TestFiles.copy(GOLDEN, cache.resolve("snapshots/1"));
    Files.delete(cache.resolve("snapshots/1/model.safetensors"));
    Files.createSymbolicLink(cache.resolve("snapshots/1/model.safetensors"), blob);
    return blob;
  }

  private String sha256() {
    return Checkpoint.open(cache.resolve("snapshots/1")).sha256();
  }

  @Test
  void aBlobThatIsWhatItsNameSaysIsTaken() throws IOException {
    blob();
    assertEquals(Checkpoint.open(GOLDEN).sha256(), sha256());
  }

  @Test
  void aBlobThatIsNotWhatItsNameSaysIsRefused() throws IOException {
    Path blob = blob();
    byte[] content = Files.readAllBytes(blob);
    content[content.length - 5]++;
    Files.write(blob, content);
    String sentence = assertThrows(InputException.class, this::sha256).getMessage();
    assertTrue(sentence.contains(blob.toString()), sentence);
    PlainSentence.check(sentence);
  }
}
