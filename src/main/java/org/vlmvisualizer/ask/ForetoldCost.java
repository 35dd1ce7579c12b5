package org.vlmvisualizer.ask;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.AttributionMethods;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.ForetoldText;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.shelf.AnswerTime;
import org.vlmvisualizer.shelf.AnswerTimes;
import org.vlmvisualizer.shelf.StageTimes;

/**
 * What a question will cost, told before it is asked, without loading the model: its image tokens,
 * and seconds where the model has answered on this computer before.
 *
 * <p>Seconds are the last answer's, in proportion: those of the tower to the image tokens, those of
 * the prefill to all tokens of the prompt, whose text counts as long as the last one's. What
 * attention takes grows with their square; that is left out, so that much larger pictures take
 * longer than foretold, and smaller ones less. Of Qwen3-VL-2B's size, 22 s would be foretold for
 * 1,225 image tokens from 256, and 31 were measured; for 256 from 1,225, 7 s and 4.8
 * (docs/benchmarks.md). A question about pictures that are still in memory takes less.
 *
 * @param questions how many there are, each of this cost
 * @param imageTokens of each, exactly
 * @param length tokens that its answer has at most
 * @param first seconds to the first token, the loading of the model included where it is not
 *     loaded; NaN if not known
 * @param more seconds behind it at most: all further tokens, and what maps and checks ask of the
 *     model; NaN if not known
 * @param conditions what the seconds were measured on, as "cpu, int4"; empty if not known
 */
public record ForetoldCost(
    int questions, int imageTokens, int length, double first, double more, String conditions) {

  /**
   * @param keeper has the model, or would load it
   * @throws org.vlmvisualizer.core.InputException if the question cannot be asked of the model
   */
  public static ForetoldCost of(
      ModelKeeper keeper, Checkpoint checkpoint, RequestOptions options, AskedSizes asked) {
    AnalysisRequest request = options.request();
    Layout layout =
        AttentionModel.layout(checkpoint, asked.pictures(), asked.timePoints(), request);
    Optional<AnswerTime> last =
        AnswerTimes.ofThisUser()
            .lastStages(checkpoint.folder(), options.device(), options.precision().toString())
            .filter(time -> request.answer().isEmpty()); // a given one has a length of its own
    double first = Double.NaN;
    double more = Double.NaN;
    if (last.isPresent()) {
      StageTimes stages = last.get().stages();
      double reading = reading(stages, layout.tokens());
      first = reading + (keeper.has(checkpoint, options) ? 0 : stages.load());
      more = (request.length() - 1) * stages.token() + passes(request, layout) * reading;
    }
    return new ForetoldCost(
        asked.questions(),
        layout.tokens(),
        request.length(),
        first,
        more,
        last.map(AnswerTime::conditions).orElse(""));
  }

  /** Of pictures and prompt. */
  private static double reading(StageTimes last, int imageTokens) {
    int text = last.promptTokens() - last.imageTokens();
    return last.tower() * imageTokens / last.imageTokens()
        + last.prefill() * (imageTokens + text) / last.promptTokens();
  }

  private static double passes(AnalysisRequest request, Layout layout) {
    int cells = IntStream.range(0, layout.frames()).map(f -> layout.display(f).size()).sum();
    return request.checks().passes(request.length())
        + AttributionMethods.of(request.method(), request.options())
            .passes(request.length(), cells);
  }

  /** A line for people. */
  public String text() {
    String each = questions == 1 ? "" : counted(questions, "question") + ", each of ";
    String tokens = each + counted(imageTokens, "image token");
    return Double.isNaN(first)
        ? tokens
        : "%s; %s until the first word, up to %s more for %s (from the last run on this computer: %s)"
            .formatted(
                tokens,
                ForetoldText.rounded(first),
                ForetoldText.rounded(Math.max(more, ForetoldText.SHORT)),
                counted(length, "token"),
                conditions);
  }

  private static String counted(int count, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
  }
}
