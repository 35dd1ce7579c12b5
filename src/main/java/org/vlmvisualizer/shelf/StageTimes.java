package org.vlmvisualizer.shelf;

import java.util.stream.DoubleStream;

/**
 * How long the parts of an answer took whose pictures were read from their beginning, by which the
 * next question's are foretold.
 *
 * @param imageTokens of the prompt
 * @param promptTokens of the prompt, image tokens included
 * @param load seconds until the model was loaded; 0 if it was before
 * @param tower seconds until the vision tower had seen the pictures
 * @param prefill seconds from there to the first token of the answer
 * @param token seconds of each further token
 */
public record StageTimes(
    int imageTokens, int promptTokens, double load, double tower, double prefill, double token) {

  boolean isSound() {
    return imageTokens > 0
        && promptTokens > imageTokens
        && promptTokens < 1 << 24
        && load >= 0
        && load < AnswerTimes.MAX_SECONDS
        && DoubleStream.of(tower, prefill, token)
            .allMatch(s -> s > 0 && s < AnswerTimes.MAX_SECONDS);
  }

  /** The same, with the loading of an earlier one where this found the model loaded. */
  StageTimes behind(StageTimes earlier) {
    return load > 0 || earlier == null
        ? this
        : new StageTimes(imageTokens, promptTokens, earlier.load, tower, prefill, token);
  }
}
