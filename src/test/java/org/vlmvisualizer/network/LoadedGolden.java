package org.vlmvisualizer.network;

import java.nio.file.Path;
import java.util.Set;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.ModelConfig;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Families;
import org.vlmvisualizer.family.ModelFamily;
import org.vlmvisualizer.prompt.PromptEncoder;

/** A golden checkpoint on the CPU in float32, with the golden's pixel values and prompt. */
final class LoadedGolden implements AutoCloseable {
  final Golden golden;
  final ModelConfig config;
  final LlavaNetwork network;
  final ModelInput pixels;
  final TokenSequence prompt;
  final int length;

  LoadedGolden(String name) {
    this(new Golden(name), new Golden(name).checkpoint());
  }

  /** With a copy of its checkpoint. */
  LoadedGolden(Golden golden, Path folder) {
    this.golden = golden;
    Checkpoint checkpoint = Checkpoint.open(folder);
    ModelFamily family = Families.of(checkpoint);
    config = family.config(checkpoint);
    network = CpuNetwork.load(config, family.weights(checkpoint, config), Precision.FLOAT32);
    int side = config.vision().imageSize();
    pixels =
        Inputs.of(
            golden.floats("pixel_values"),
            side,
            Grid.padded(side, side, side, config.vision().patchSize()));
    try (PromptEncoder encoder = family.encoder(checkpoint, config)) {
      prompt =
          encoder.encode(
              family.template(checkpoint),
              Golden.texts(family, checkpoint),
              golden.json.get("question").getAsString(),
              !golden.json.get("system").isJsonNull());
    }
    length = golden.ints("generated_ids").length;
  }

  /** The golden's answer, recorded as asked for. */
  Trace answer(TraceRequest request) {
    return generate(prompt, length, request);
  }

  /** What follows a prompt, without end of sequence. */
  Trace generate(TokenSequence sequence, int tokens, TraceRequest request) {
    return network
        .session(pixels, sequence)
        .generate(tokens, Generation.greedy(Set.of()), String::valueOf, request, Progress.NONE);
  }

  @Override
  public void close() {
    network.close();
  }
}
