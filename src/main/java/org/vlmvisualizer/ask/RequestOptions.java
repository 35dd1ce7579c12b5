package org.vlmvisualizer.ask;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.Exchange;
import org.vlmvisualizer.core.FrameInterval;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import org.vlmvisualizer.core.MatrixChoice;
import org.vlmvisualizer.core.Words;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.Rendering;

/**
 * A question with all options that dialogs, macros and the command line share.
 *
 * @param request what is asked
 * @param device "auto", "cpu", "gpu", "gpu:N" or "mps"; checked when the model is loaded
 * @param precision to compute in
 * @param rendering how answers become images
 */
public record RequestOptions(
    AnalysisRequest request, String device, Precision precision, Rendering rendering) {
  /** What earlier versions did, which did not say so. */
  private static final Map<String, String> NEWER =
      Map.of(
          "sinks",
          "keep",
          "detail",
          "standard",
          "window",
          "2",
          "localization",
          "token",
          "evidence",
          "off",
          "check",
          "nothing",
          "boxes",
          "none");

  /**
   * @param question as the user gave it
   * @throws InputException if a word is not one of those expected, or the question was not read
   *     whole or has half of a character
   */
  public static RequestOptions of(String question, Words words) {
    LocaleText.require(question);
    checkWhole(question);
    return new RequestOptions(
        AnalysisRequest.of(question, words),
        words.of("device"),
        Precision.parse(words.of("precision")),
        Rendering.of(words));
  }

  /**
   * Another question with the options of an earlier answer, put to the model in the precision and
   * on the device that it came from.
   *
   * @throws InputException if the answer's run does not tell them, or the question is not whole
   */
  public static RequestOptions again(AttentionResult earlier, String question) {
    LocaleText.require(question);
    checkWhole(question);
    JsonObject run = earlier.run();
    JsonObject options = run.getAsJsonObject("options").deepCopy();
    options.addProperty("answer", "");
    options.addProperty("interval", FrameInterval.ASSUMED.toString()); // about one picture
    NEWER.entrySet().stream()
        .filter(option -> !options.has(option.getKey()))
        .forEach(option -> options.addProperty(option.getKey(), option.getValue()));
    Words words = name -> word(options, name.equals("first") ? "first_token" : name);
    return new RequestOptions(
        AnalysisRequest.of(question, words),
        word(run, "device"),
        Precision.parse(word(run, "precision")),
        earlier.rendering());
  }

  private static String word(JsonObject json, String name) {
    if (json == null || !json.has(name)) {
      throw new InputException(
          "Expected the options of an answer to ask on with, found no %s among them; ask with Show Attention."
              .formatted(name));
    }
    return json.get(name).getAsString();
  }

  /**
   * An answer's own question and options, for maps of it by another method.
   *
   * @throws InputException if the answer's run does not tell them, or the answer is about several
   *     pictures
   */
  public static RequestOptions of(AttentionResult answer, String method) {
    if (answer.run().getAsJsonObject("picture").has("of")) {
      throw new InputException(
          "Expected an answer about one picture to look at by another method, found one about several together; ask again with that method.");
    }
    RequestOptions own = again(answer, answer.question());
    List<Exchange> earlier = new Conversation(answer).earlier();
    AnalysisRequest request = own.request.by(method).saying(given(answer)).following(earlier);
    return new RequestOptions(request, own.device, own.precision, own.rendering);
  }

  /** The text that was given as the answer; empty for the model's own. */
  private static String given(AttentionResult answer) {
    JsonObject options = answer.run().getAsJsonObject("options");
    return options.has("answer") ? options.get("answer").getAsString() : "";
  }

  /** The same with or without the whole-sequence matrix. */
  public RequestOptions withMatrix(MatrixChoice matrix) {
    return new RequestOptions(request.withMatrix(matrix), device, precision, rendering);
  }

  /** The same question within a conversation. */
  public RequestOptions following(List<Exchange> conversation) {
    return new RequestOptions(request.following(conversation), device, precision, rendering);
  }

  private static void checkWhole(String question) {
    int half = question == null ? -1 : CleanText.loneSurrogate(question);
    if (half >= 0) {
      throw new InputException(
          "Expected a question of whole characters, found half of one (U+%04X) after %d others. Type that character again."
              .formatted((int) question.charAt(half), question.codePointCount(0, half)));
    }
  }
}
