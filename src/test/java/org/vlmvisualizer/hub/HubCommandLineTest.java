package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command line with a model by its hub id, as a program of its own. */
class HubCommandLineTest {
  @TempDir Path folder;

  private record Outcome(int code, String text) {}

  private Outcome run(FakeHub hub, String... more) throws Exception {
    Path picture = folder.resolve("picture.png");
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.vlmvisualizer.cli.AttentionCli", "--model", TinyModel.REPO));
    command.addAll(List.of("--image", picture.toString(), "--prompt", "What is this?"));
    command.addAll(List.of("--output", folder.resolve("out").toString(), "--length", "2"));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("HF_") || name.toLowerCase().endsWith("_proxy"));
    builder.environment().put("HF_ENDPOINT", hub.url());
    builder.environment().put("HF_HOME", folder.resolve("home").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  @Test
  void asksForYesThenDownloadsAndAnswers() throws Exception {
    Path golden = Path.of("src/test/resources/golden/llama-gqa-sharded/checkpoint");
    try (FakeHub hub = new FakeHub(TinyModel.of(golden))) {
      Outcome refused = run(hub);
      assertEquals(1, refused.code(), refused.text());
      assertTrue(
          refused
              .text()
              .matches("(?s).*org/tiny: .+B to download, licence: llama2, .* add --yes .*"),
          refused.text());
      assertEquals(1, refused.text().strip().lines().count(), refused.text());
      assertFalse(Files.exists(folder.resolve("home")));

      Outcome answered = run(hub, "--yes");
      assertEquals(0, answered.code(), answered.text());
      assertTrue(Files.exists(folder.resolve("out")));
      assertTrue(
          Files.isRegularFile(
              folder.resolve(
                  "home/hub/models--org--tiny/snapshots/" + TinyModel.COMMIT + "/config.json")));
    }
  }

  @Test
  void aNameThatIsNeitherFolderNorModelIsSaidSo() throws IOException, Exception {
    try (FakeHub hub = new FakeHub(TinyModel.of(10))) {
      hub.rule = r -> FakeHub.Reply.of(404, new byte[0]);
      Outcome outcome = run(hub);
      assertEquals(1, outcome.code(), outcome.text());
      assertTrue(
          outcome.text().contains("Expected a folder or a model on the hub"), outcome.text());
    }
  }
}
