package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.vlmvisualizer.attribution.AttributionMethods;

class MethodsTextTest {
  private static final String RUN =
      """
      {"model": "C:\\\\cache\\\\models--llava-hf--llava-1.5-7b-hf\\\\snapshots\\\\8c8",
       "model_sha256": "02c8d590a90b584e773d5cdfdf992a68",
       "device": "gpu:0", "precision": "bfloat16", "question": "How many\\n cells?",
       "options": {"method": "relative", "layers": "14", "heads": "all", "first_token": "keep",
                   "sinks": "remove", "length": 64, "answer": ""},
       "versions": {"vlm_visualizer": "1.2.3", "pytorch": "PyTorch 2.7.1"}}
      """;

  private static String text(Demo demo, String run) {
    AttentionResult plain = demo.result(Upsampling.BILINEAR, null);
    JsonObject json = JsonParser.parseString(run).getAsJsonObject();
    return MethodsText.of(plain.with(plain.source(), json));
  }

  @Test
  void tellsTheRunsOwnSettings() {
    String text = text(Demo.of(60, 40, 5).withEvidence(), RUN);
    for (String part :
        new String[] {
          "VLM Visualizer for Fiji 1.2.3",
          "the model llava-hf/llava-1.5-7b-hf (SHA-256 02c8d590a90b…)",
          "in bfloat16 on gpu:0 (PyTorch 2.7.1)",
          "“How many cells?” about the image of 60 × 40 pixels",
          "greedy decoding, 64 tokens at most",
          "arXiv 2502.17422",
          "averaged over layers 14 and all heads",
          "first token was counted",
          "that to attention sinks among the image tokens was set to 0",
          "24 × 24 cells",
          "bilinear",
          "ln(p / p0)",
          "F = p(only) − p(without)"
        }) {
      assertTrue(text.contains(part), part + " is not in: " + text);
    }
    assertFalse(text.contains("\n"));
    int sentences = text.split("\\. (?=[A-Z])").length;
    assertTrue(sentences >= 4 && sentences <= 8, sentences + " sentences");
  }

  @Test
  void saysOfMapsAloneThatSinksWereLeftOut() {
    assertTrue(text(Demo.of(60, 40, 5), RUN).contains("0 in the maps, but not in the ratio"));
  }

  @Test
  void saysThatThePictureWasReduced() {
    String run =
        RUN.replace("\"answer\": \"\"", "\"answer\": \"\", \"detail\": \"low\"")
            .replace("{\"model\":", "{\"image_tokens_limited\": true, \"model\":");
    String text = text(Demo.of(60, 40, 5), run);
    assertTrue(text.contains("24 × 24 cells, to which the image was reduced (detail=low),"), text);
  }

  @Test
  void saysNothingOfWhatWasNotAsked() {
    String text = text(Demo.of(60, 40, 5), RUN.replace("\"answer\": \"\"", "\"answer\": \"Two.\""));
    assertFalse(text.contains("ln(p / p0)"), text);
    assertFalse(text.contains("F ="), text);
    assertTrue(text.contains("the answer was given to it"), text);
    assertFalse(text.contains("greedy"), text);
  }

  /** What is not told is left out, without gaps. */
  @Test
  void takesResultsOfEarlierVersions() {
    String text = text(Demo.of(60, 40, 2), "{\"question\": \"What?\"}");
    assertTrue(
        text.startsWith(
            "Attribution maps were computed with VLM Visualizer for Fiji from answers of the model"
                + " that was asked. It was asked “What?” about"),
        text);
    assertFalse(text.contains("null"), text);
  }

  @Test
  void hasWordsForEveryMethod() {
    for (String method : AttributionMethods.names()) {
      assertTrue(MethodsText.knows(method), method);
    }
    assertEquals(false, MethodsText.knows("none"));
  }
}
