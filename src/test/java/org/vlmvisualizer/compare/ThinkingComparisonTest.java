package org.vlmvisualizer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.CheckpointCopy;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.DemoPictures;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.ThinkingModel;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;

/** Of a model that thinks, the answer is judged, and not the thoughts. */
class ThinkingComparisonTest {
  private static final ComparisonOptions OPTIONS =
      new ComparisonOptions(List.of("language"), false, 0);

  @TempDir Path folder;

  private static AnalysisRequest request(String answer) {
    Map<String, String> words = new LinkedHashMap<>();
    Defaults.request("What?", "language", 3)
        .words()
        .forEach((name, word) -> words.put(name.replace("_token", ""), word.toString()));
    words.put("template", ThinkingModel.TEMPLATE);
    words.put("answer", answer);
    return AnalysisRequest.of("What?", words::get);
  }

  private PictureComparison.Outcome compare(CheckpointCopy copy, String answer) {
    try (AttentionModel model = DemoPictures.open(Checkpoint.open(copy.folder))) {
      RgbPicture picture = new RgbPicture(40, 30, new byte[3 * 40 * 30]);
      return new PictureComparison(model, request(answer), OPTIONS)
          .compare("a", picture, List.of(), Progress.NONE);
    }
  }

  @Test
  void itsWordsAreJudged() {
    PictureComparison.Outcome outcome = compare(ThinkingModel.copy(folder), "a b c</think>a b");
    List<String> judged =
        outcome.scores().methods().get(0).tokens().stream()
            .map(score -> score.text().strip())
            .toList();
    assertEquals("ab", String.join("", judged));
    assertEquals("a b", outcome.scores().answer());
  }

  @Test
  void thoughtsAloneAreRefused() {
    CheckpointCopy copy = ThinkingModel.copy(folder);
    ThinkingModel.write(copy, 43, 44, 45);
    String sentence = assertThrows(InputException.class, () -> compare(copy, "")).getMessage();
    PlainSentence.check(sentence);
    assertTrue(sentence.contains("set length higher"), sentence);
  }
}
