package org.vlmvisualizer.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.vlmvisualizer.analysis.Analysis;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.compare.Curves.Areas;
import org.vlmvisualizer.core.AnswerProbe;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.HeadMap.Head;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;

/**
 * Compares methods on one picture: the model answers once, then each method makes maps of that
 * answer, and each map is judged.
 */
public final class PictureComparison {
  private static final long SEED = 1;

  private final AttentionModel model;
  private final AnalysisRequest request;
  private final ComparisonOptions options;

  /**
   * @param scores what was measured
   * @param maps of each method that was not refused, of the tokens that were judged
   * @param tokens the answer's
   */
  public record Outcome(
      PictureScores scores, Map<String, TokenMaps> maps, List<GeneratedToken> tokens) {}

  /**
   * @param request the question, and the answer if it is given; its method is passed over
   */
  public PictureComparison(
      AttentionModel model, AnalysisRequest request, ComparisonOptions options) {
    this.model = model;
    this.request = request;
    this.options = options;
  }

  /**
   * @param regions where things truly are, in pixels of the picture; may be empty
   * @throws InputException if the question cannot be asked
   * @throws java.util.concurrent.CancellationException if {@code progress} cancels
   */
  public Outcome compare(
      String name, RgbPicture picture, List<Target.Named> regions, Progress progress) {
    List<RgbPicture> pictures = List.of(picture);
    Analysis analysis = model.analyze(pictures, false, request.by("language"), progress, null);
    List<GeneratedToken> tokens = analysis.tokens();
    int[] ids = GeneratedToken.ids(tokens);
    List<Target> targets = judged(Target.of(tokens, regions));
    int[] judged = targets.stream().mapToInt(Target::token).toArray();
    if (judged.length == 0) {
      throw new InputException(
          "Expected an answer with words whose maps can be compared, found '%s'; %s."
              .formatted(
                  analysis.answer(),
                  tokens.get(tokens.size() - 1).isThought()
                      ? "the model wrote thoughts alone, so set length higher"
                      : "ask another question"));
    }
    Steps steps = new Steps(progress, options.methods().size());
    AnswerProbe probe = model.probe(pictures, false, request.by("language"), ids, steps);
    Curves curves =
        options.steps() > 0
            ? new Curves(probe, analysis.maps().get(0).grid(), options.steps())
            : null;
    List<MethodScores> all = new ArrayList<>();
    Map<String, TokenMaps> maps = new LinkedHashMap<>();
    List<List<Head>> heads = List.of();
    for (String method : options.methods()) {
      steps.next(method);
      long start = System.nanoTime();
      try {
        Analysis again = model.again(pictures, false, request.by(method), ids, steps);
        double seconds = (System.nanoTime() - start) / 1e9;
        TokenMaps made = again.maps().get(0);
        if (!again.heads().isEmpty()) {
          heads = IntStream.of(judged).mapToObj(again.heads()::get).toList();
        }
        maps.put(method, made.only(judged));
        all.add(new MethodScores(method, seconds, judge(made, targets, probe, curves), null));
      } catch (InputException e) {
        all.add(new MethodScores(method, Double.NaN, List.of(), e.getMessage()));
      }
    }
    if (curves != null) {
      all.add(floor(MethodScores.RANDOM, curves.random(SEED, judged), targets, tokens));
      all.add(floor(MethodScores.CENTRED, curves.centred(judged), targets, tokens));
    }
    return new Outcome(new PictureScores(name, analysis.answer(), all, heads), maps, tokens);
  }

  /** Those whose place is known; all where none is. */
  private static List<Target> judged(List<Target> targets) {
    List<Target> known = targets.stream().filter(target -> target.region() != null).toList();
    return known.isEmpty() ? targets : known;
  }

  private List<TokenScore> judge(
      TokenMaps maps, List<Target> targets, AnswerProbe probe, Curves curves) {
    List<TokenScore> scores = new ArrayList<>();
    for (Target target : targets) {
      int t = target.token();
      Pointing pointing =
          target.region() == null ? Pointing.UNKNOWN : Pointing.of(maps, t, target.region());
      MapCheck check = options.faithfulness() ? Faithfulness.of(List.of(maps), t, probe) : null;
      Areas areas = curves == null ? Areas.UNKNOWN : curves.of(maps.values(t), t);
      scores.add(TokenScore.of(t, maps.tokens().get(t).text(), pointing, check, areas));
    }
    return scores;
  }

  private static MethodScores floor(
      String name, List<Areas> areas, List<Target> targets, List<GeneratedToken> tokens) {
    List<TokenScore> scores =
        IntStream.range(0, targets.size())
            .mapToObj(
                i -> {
                  int t = targets.get(i).token();
                  String text = tokens.get(t).text();
                  return TokenScore.of(t, text, Pointing.UNKNOWN, null, areas.get(i));
                })
            .toList();
    return new MethodScores(name, Double.NaN, scores, null);
  }

  /** Of many passes, the bar moves with the methods. */
  private static final class Steps implements Progress {
    private final Progress progress;
    private final int methods;
    private String method = "";
    private int done = -1;

    Steps(Progress progress, int methods) {
      this.progress = progress;
      this.methods = methods;
    }

    void next(String name) {
      method = name;
      done++;
      progress.update(name, done, methods);
    }

    @Override
    public void update(String stage, int part, int parts) {
      progress.update(method + ": " + stage, Math.max(0, done), methods);
    }
  }
}
