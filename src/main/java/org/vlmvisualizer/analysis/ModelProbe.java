package org.vlmvisualizer.analysis;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.Generation;
import org.vlmvisualizer.core.ModelInput;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.Scores;
import org.vlmvisualizer.core.TokenSequence;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;
import org.vlmvisualizer.network.LlavaNetwork;

/** Asks a loaded model again about an answer that it gave. */
public final class ModelProbe implements AnswerProbe {
  private final LlavaNetwork network;
  private final List<RgbPicture> pictures;
  private final Function<List<RgbPicture>, ModelInput> inputs;
  private final Function<String, TokenSequence> prompts;
  private final ModelInput input;
  private final TokenSequence prompt;
  private final int[] answer;
  private final TraceRequest request;
  private final Progress progress;
  private String stage = "Asking again";
  private int done;
  private int total = 1;

  /**
   * @param inputs what the network sees of pictures
   * @param prompts how a question is put about these pictures
   * @param answer its ids
   * @param request what was recorded of the answer
   */
  public ModelProbe(
      LlavaNetwork network,
      List<RgbPicture> pictures,
      Function<List<RgbPicture>, ModelInput> inputs,
      Function<String, TokenSequence> prompts,
      ModelInput input,
      TokenSequence prompt,
      int[] answer,
      TraceRequest request,
      Progress progress) {
    this.network = network;
    this.pictures = pictures;
    this.inputs = inputs;
    this.prompts = prompts;
    this.input = input;
    this.prompt = prompt;
    this.answer = answer;
    this.request = request;
    this.progress = progress;
  }

  @Override
  public List<RgbPicture> pictures() {
    return pictures;
  }

  @Override
  public int map(int picture) {
    return input.layout().frameOf(picture);
  }

  @Override
  public void update(String newStage, int newDone, int newTotal) {
    stage = newStage;
    done = newDone;
    total = newTotal;
    progress.update(stage, done, total);
  }

  /** Of one pass among several: it moves nothing, but hears a cancel. */
  private void pass(String inner, int innerDone, int innerTotal) {
    progress.update(stage, done, total);
  }

  @Override
  public double[] logProbabilities(List<RgbPicture> others) {
    Scores scores =
        others == pictures
            ? network.session(input, prompt).logProbabilities(answer, this::pass)
            : network
                .sessionAside(inputs.apply(others), prompt)
                .logProbabilities(answer, this::pass);
    return wide(scores.logProbabilities());
  }

  @Override
  public double[][] logProbabilitiesWithout(List<int[]> hidden) {
    float[][] all =
        network
            .session(input, prompt)
            .logProbabilitiesWithout(
                answer, inputs.apply(plain(RgbPicture::median)), hidden, progress);
    double[][] wide = new double[all.length][];
    for (int w = 0; w < wide.length; w++) {
      wide[w] = wide(all[w]);
    }
    return wide;
  }

  /** Plain pictures of a colour made of each. */
  private List<RgbPicture> plain(Function<RgbPicture, int[]> colour) {
    UnaryOperator<RgbPicture> one = picture -> picture.plain(colour.apply(picture));
    return pictures.stream().map(one).toList();
  }

  /** How likely each token is about plain pictures of one colour, of which the prompt is kept. */
  public Scores withoutPictures(int[] colour) {
    update("Asking without the picture", 0, 1);
    return network
        .plainSession(inputs.apply(plain(picture -> colour)), prompt)
        .logProbabilities(answer, this::pass);
  }

  @Override
  public Trace ask(String question) {
    update("Asking a general question", 0, 1);
    return network
        .session(input, prompts.apply(question))
        .generate(
            1,
            Generation.greedy(Set.of()),
            Integer::toString,
            request.withPromptRows(false).replaying(Set.of()),
            this::pass);
  }

  @Override
  public float[][] integratedGradients(int steps) {
    return network
        .session(input, prompt)
        .integratedGradients(answer, inputs.apply(plain(RgbPicture::median)), steps, progress);
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
