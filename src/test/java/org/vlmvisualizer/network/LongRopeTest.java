package org.vlmvisualizer.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Golden;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Inputs;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.family.Model;

/**
 * Questions on both sides of the length at which Phi-3-V's rotary factors change, which is moved
 * between them here.
 */
class LongRopeTest {
  private static final String SHORT = "Red?";
  private static final String LONG = "How many blobs can you see in this picture?";

  @TempDir Path folder;

  private final Golden golden = new Golden("families/phi3-v-one");
  private Model model;
  private LlavaNetwork network;
  private ModelInput input;
  private int limit;

  @BeforeEach
  void open() {
    try (Model plain = Model.open(Checkpoint.open(golden.checkpoint()))) {
      limit = prompt(plain, FamilyInput.of(golden, plain), SHORT).length() + 2;
    }
    CheckpointCopy copy = CheckpointCopy.of("families/phi3-v-one", folder);
    copy.edit("config.json", json -> json.addProperty("original_max_position_embeddings", limit));
    model = Model.open(Checkpoint.open(copy.folder));
    network = load();
    input = FamilyInput.of(golden, model);
    assertTrue(prompt(LONG).length() > limit);
  }

  @AfterEach
  void close() {
    network.close();
    model.close();
  }

  private LlavaNetwork load() {
    return CpuNetwork.load(model.config(), model.weights(), Precision.FLOAT32);
  }

  private TokenSequence prompt(String question) {
    return prompt(model, input, question);
  }

  private static TokenSequence prompt(Model of, ModelInput input, String question) {
    return of.encoder().encode(of.template("phi3"), input.texts(), question, false);
  }

  private Trace ask(LlavaNetwork asked, String question, int length) {
    return asked
        .session(input, prompt(question))
        .generate(
            length,
            Generation.greedy(Set.of()),
            model.encoder()::text,
            Inputs.withLogits(TraceRequest.NOTHING),
            Progress.NONE);
  }

  /** Of the same picture, whose keys were rotated for a shorter prompt, and the other way round. */
  @Test
  void whatWasReadForAnotherLengthIsReadAgain() {
    for (String[] questions : new String[][] {{SHORT, LONG}, {LONG, SHORT}}) {
      network.forgetPictures();
      ask(network, questions[0], 1);
      Trace found = ask(network, questions[1], 2);
      assertEquals(0, found.reuse().promptTokens());
      assertTrue(found.reuse().tower());
      assertTrue(found.reuse().reason().contains("length"), found.reuse().reason());
      try (LlavaNetwork fresh = load()) {
        Trace expected = ask(fresh, questions[1], 2);
        assertArrayEquals(expected.logits()[1], found.logits()[1]);
      }
    }
    ask(network, SHORT, 1);
    assertTrue(ask(network, "Big?", 1).reuse().promptTokens() > 0);
  }

  /** Behind a short prompt an answer ends there, behind a long one it goes on. */
  @Test
  void anAnswerDoesNotCrossTheLength() {
    assertEquals(2, ask(network, SHORT, 2).tokens().size());
    String sentence = assertThrows(InputException.class, () -> ask(network, SHORT, 3)).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("original_max_position_embeddings"), sentence);
    assertTrue(sentence.contains("at most 2"), sentence);
    assertEquals(9, ask(network, LONG, 9).tokens().size());
  }
}
