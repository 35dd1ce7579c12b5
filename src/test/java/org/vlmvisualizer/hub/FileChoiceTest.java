package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.InputException;

/** Which texts are hub ids, and which files of a repository are fetched. */
class FileChoiceTest {
  private static List<String> chosen(String... names) {
    List<RepoFile> files = Arrays.stream(names).map(n -> new RepoFile(n, 1, "")).toList();
    return FileChoice.of(Hubs.ID, files).stream().map(RepoFile::name).toList();
  }

  @Test
  void safetensorsAreTakenAndPicklesAreNot() {
    assertEquals(
        List.of("config.json", "tokenizer.model", "model.safetensors"),
        chosen(
            "model.safetensors",
            "model.fp16.safetensors",
            "pytorch_model.bin",
            "config.json",
            "tokenizer.model",
            "evil.py",
            "flax_model.msgpack",
            "tf_model.h5",
            "model.onnx",
            "model.gguf",
            "consolidated.00.pth",
            "consolidated.safetensors",
            ".gitattributes"));
  }

  @Test
  void picklesAreTakenWhereThereIsNothingElse() {
    assertEquals(
        List.of(
            "config.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "pytorch_model.bin.index.json",
            "mm_projector.bin"),
        chosen(
            "config.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "pytorch_model.bin.index.json",
            "training_args.bin",
            "optimizer.bin",
            "mm_projector.bin"));
  }

  @Test
  void anAdapterIsTakenWithWhatWasTrainedBesideIt() {
    assertEquals(
        List.of("adapter_config.json", "adapter_model.safetensors", "non_lora_trainables.bin"),
        chosen("adapter_config.json", "adapter_model.safetensors", "non_lora_trainables.bin"));
  }

  @Test
  void aRepositoryWithoutAModelIsRefused() {
    assertThrows(InputException.class, () -> chosen("README.md", "config.json"));
    assertThrows(InputException.class, () -> chosen("model.safetensors"));
    assertThrows(InputException.class, () -> chosen("config.json", "nul.safetensors"));
  }

  @Test
  void idsHaveAnOwnerANameAndPerhapsARevision() {
    assertEquals(Optional.of(new HubId("a/b", "main")), HubId.parse(" a/b "));
    assertEquals(Optional.of(new HubId("a/b.c-d", "refs/pr/1")), HubId.parse("a/b.c-d@refs/pr/1"));
    assertEquals("a/b@v1", HubId.parse("a/b@v1").orElseThrow().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "",
        "/a/b",
        "./a/b",
        "../a",
        "a/b/c",
        "C:\\a\\b",
        "a\\b",
        "a/..",
        "a--b/c",
        "a/b.git",
        "a /b",
        "https://huggingface.co/a/b",
        "~/a"
      })
  void othersAreNoIds(String text) {
    assertEquals(Optional.empty(), HubId.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/b@", "a/b@../x", "a/b@/x", "a/b@x/../y", "a/b@x\ny", "a/b@x//y", "a/b@-x"})
  void revisionsThatLeaveTheCacheAreRefused(String text) {
    String message = assertThrows(InputException.class, () -> HubId.parse(text)).getMessage();
    assertTrue(message.contains("Expected a branch, a tag or a commit"), message);
  }

  @Test
  void amountsReadWell() {
    assertEquals("999 bytes", Amounts.bytes(999));
    assertEquals("1.0 kB", Amounts.bytes(1000));
    assertEquals("14 GB", Amounts.bytes(14_130_000_000L));
    assertEquals("1.0 GB", Amounts.bytes(999_999_999L));
    assertEquals("89 s", Amounts.time(89));
    assertEquals("2 min", Amounts.time(125));
    assertEquals("3.5 h", Amounts.time(12_600));
  }
}
