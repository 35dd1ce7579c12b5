package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.dialog.LatestJob;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.HeatColours;
import org.vlmvisualizer.output.MapStyle;
import org.vlmvisualizer.output.TokenTable;

/**
 * What the explorer's windows show: the selected tokens, their map, how tokens are shaded, and how
 * a map is drawn. For the event thread alone; sums over maps are made off it and arrive a moment
 * later.
 */
final class ExplorerState {
  /** Of so many tokens at most, maps of a layer are made before those of all the others. */
  private static final int FEW = 8;

  private final TokenSelection selection;
  private final List<Runnable> tokenListeners = new ArrayList<>();
  private final List<Runnable> mapListeners = new ArrayList<>();
  private final ExecutorService quick = worker();
  private final ExecutorService thorough = worker();
  private final LatestJob<SelectedMap> mapJob = new LatestJob<>(quick, this::show);
  private final LatestJob<double[]> regionJob = new LatestJob<>(quick, this::shade);
  private final LatestJob<AllMaps> layerJob = new LatestJob<>(thorough, this::replace);

  /** What has been made of the answer so far, by its method; changed on the event thread only. */
  private final Map<String, AllMaps> made = new HashMap<>();

  private volatile AttentionResult answer; // changes on the event thread only
  private AllMaps all;
  private volatile AttentionResult result; // as above
  private HeatColours plainColours;
  private LayerChoice wanted = LayerChoice.RUN;
  private SelectedMap shown;
  private Roi region;
  private double[] regionShares;
  private MapStyle style;
  private boolean commonScale;
  private boolean closed;

  /**
   * All tokens' maps of some layers, and what follows from them.
   *
   * @param of whose maps they are
   * @param largest value of any map in the picture
   */
  private record AllMaps(
      AttentionResult of,
      LayerChoice choice,
      TokenMaps maps,
      List<AnswerWord> words,
      TokenTable table,
      double largest) {
    static AllMaps of(AttentionResult result, LayerChoice choice) {
      TokenMaps maps = choice.maps(result);
      return new AllMaps(
          result,
          choice,
          maps,
          AnswerWord.of(maps.tokens()),
          TokenTable.of(maps, result.source()),
          SelectedMap.commonMaximum(maps));
    }
  }

  /** Starts with the first token; sums over all maps, so not on the event thread. */
  ExplorerState(AttentionResult result) {
    this.result = result;
    answer = result;
    style = MapStyle.of(result);
    plainColours = style.fitting(false).colours();
    all = AllMaps.of(result, LayerChoice.RUN);
    made.put(method(), all);
    selection = new TokenSelection(all.maps.size());
    shown = SelectedMap.of(all.maps, selection.tokens(), pooling(), all.largest);
  }

  private static ExecutorService worker() {
    return Executors.newSingleThreadExecutor(new DaemonThreads("Token Explorer"));
  }

  /** Adds what is called when other tokens are selected, or tokens are shaded otherwise. */
  void onTokens(Runnable listener) {
    tokenListeners.add(listener);
  }

  /** Adds what is called when another map is shown, or a map is drawn otherwise. */
  void onMap(Runnable listener) {
    mapListeners.add(listener);
  }

  /** The answer with the maps that are shown, by whatever method. */
  AttentionResult result() {
    return result;
  }

  /** The answer as it was given, with maps by the method that was asked for then. */
  AttentionResult answer() {
    return answer;
  }

  /** Whether a result is of this answer, with maps by any method that it was looked at by. */
  boolean isOf(AttentionResult other) {
    return answer.isSameAnswer(other) || result.isSameAnswer(other);
  }

  /** Whether the answer is still being written. */
  boolean isGrowing() {
    return answer.isGrowing();
  }

  /** Whose maps are shown. */
  String method() {
    return method(result);
  }

  private static String method(AttentionResult of) {
    return of.maps().map().method();
  }

  /** Whether the maps that are shown are those of the answer as it was given. */
  boolean showsOwn() {
    return method().equals(method(answer));
  }

  /** Whether maps by a method have been made. */
  boolean has(String method) {
    return made.containsKey(method);
  }

  /** The maps as chosen: those of the run, or of some of its layers and heads. */
  TokenMaps maps() {
    return all.maps;
  }

  /** The figures of {@link #maps}. */
  TokenTable table() {
    return all.table;
  }

  /** To be changed by {@link #select} only. */
  TokenSelection selection() {
    return selection;
  }

  /** How the maps of several tokens become one. */
  Pooling pooling() {
    return result.rendering().pooling();
  }

  /** The words of the answer, in order. */
  List<AnswerWord> words() {
    return all.words;
  }

  /** The word that a token belongs to; null of punctuation and control tokens. */
  AnswerWord word(int token) {
    return AnswerWord.at(token, all.words);
  }

  /** The map of the tokens that were selected when it was made. */
  SelectedMap shown() {
    return shown;
  }

  /** Whether maps have values below 0. */
  boolean signed() {
    return result.maps().signed();
  }

  MapStyle style() {
    return style;
  }

  /** Whether all maps share one scale, or each has its own. */
  boolean commonScale() {
    return commonScale;
  }

  /** The value shown brightest, its sign left out. */
  double scaleMaximum() {
    return commonScale ? shown.commonMaximum() : shown.maximum();
  }

  LayerChoice layerChoice() {
    return wanted;
  }

  /** Share of each token's map inside the region [T], or null without a region. */
  double[] regionShares() {
    return regionShares;
  }

  /** What a token is shaded by: its share in the region, or else its image attention ratio. */
  double shade(int token) {
    if (regionShares == null) {
      return all.maps.shares().get(token).image();
    }
    return token < regionShares.length ? regionShares[token] : 0; // not yet summed
  }

  /** The largest shade, which gets the darkest colour. */
  double maximumShade() {
    return IntStream.range(0, all.maps.size()).mapToDouble(this::shade).max().orElse(0);
  }

  /** The least shade, below 0 where a signed map speaks against a token in a region. */
  double minimumShade() {
    return IntStream.range(0, all.maps.size()).mapToDouble(this::shade).min().orElse(0);
  }

  /**
   * Prepares more tokens of the same answer, off the event thread.
   *
   * @return what shows them, for the event thread; the selection stays
   */
  Runnable growth(AttentionResult longer) {
    AllMaps made = AllMaps.of(longer, LayerChoice.RUN);
    return () -> grow(longer, made);
  }

  private void grow(AttentionResult longer, AllMaps all) {
    if (closed) {
      return;
    }
    boolean isShown = showsOwn();
    answer = longer;
    made.put(method(longer), all);
    LayerChoice choice = wanted;
    if (!isShown) {
      return;
    }
    result = longer;
    if (choice.equals(LayerChoice.RUN)) {
      replace(all);
    } else {
      layerJob.submit(() -> AllMaps.of(longer, choice));
    }
  }

  /**
   * Prepares maps of the same tokens by another method, off the event thread.
   *
   * @return what shows them, for the event thread
   */
  Runnable looking(AttentionResult other) {
    AllMaps maps = AllMaps.of(other, LayerChoice.RUN);
    return () -> {
      made.put(method(other), maps);
      look(maps);
    };
  }

  /** Shows maps by a method once more. */
  void look(String method) {
    look(made.get(method));
  }

  private void look(AllMaps maps) {
    if (closed) {
      return;
    }
    if (!signed()) {
      plainColours = style.colours();
    }
    result = maps.of;
    all = maps;
    wanted = LayerChoice.RUN;
    style = style.fitting(signed());
    style = signed() ? style : style.withColours(plainColours);
    shown = SelectedMap.of(all.maps, selection.tokens(), pooling(), all.largest);
    submitMap(); // behind what is being made of other maps
    if (region != null) {
      submitRegion();
    }
    tokensChanged();
    mapChanged();
  }

  /**
   * Prepares what was found of a token's map, off the event thread.
   *
   * @param checked whose map it is
   * @param token its number, from 0
   * @return what shows it, for the event thread
   */
  Runnable checking(AttentionResult checked, int token, MapCheck found) {
    List<GeneratedToken> tokens = new ArrayList<>(checked.maps().tokens());
    tokens.set(token, tokens.get(token).checked(found));
    AttentionResult known = checked.withTokens(tokens);
    AllMaps maps = AllMaps.of(known, LayerChoice.RUN);
    return () -> check(maps);
  }

  private void check(AllMaps maps) {
    if (closed) {
      return;
    }
    made.put(method(maps.of), maps);
    if (method(maps.of).equals(method(answer))) {
      answer = maps.of;
    }
    if (method(maps.of).equals(method())) {
      result = maps.of;
      if (wanted.equals(LayerChoice.RUN)) {
        all = maps;
      }
      tokensChanged();
    }
  }

  /** Selects other tokens. */
  void select(Consumer<TokenSelection> change) {
    change.accept(selection);
    submitMap();
    tokensChanged();
  }

  /** Selects the word that a token belongs to, or the token alone. */
  void selectWord(int token) {
    AnswerWord word = word(token);
    select(
        tokens -> {
          if (word == null) {
            tokens.select(token);
          } else {
            tokens.select(word.first(), word.last());
          }
        });
  }

  void setStyle(MapStyle style) {
    this.style = style.fitting(signed());
    mapChanged();
  }

  void setCommonScale(boolean common) {
    commonScale = common;
    mapChanged();
  }

  /** Makes the maps of other layers and heads; only if the result kept them. */
  void setLayerChoice(LayerChoice choice) {
    wanted = choice;
    AttentionResult current = result;
    if (!closed) {
      submitMap();
      layerJob.submit(() -> AllMaps.of(current, choice));
    }
  }

  /**
   * Shades the tokens by their share in a region.
   *
   * @param region not changed any more by the caller; null for none
   */
  void setRegion(Roi region) {
    this.region = region;
    submitRegion();
  }

  /** Ends all work; what still arrives is shown to nobody. */
  void close() {
    closed = true;
    tokenListeners.clear();
    mapListeners.clear();
    quick.shutdown();
    thorough.shutdown();
  }

  private void submitMap() {
    int[] tokens = selection.tokens();
    AllMaps current = all;
    AttentionResult answer = result;
    LayerChoice choice = wanted;
    Pooling pooling = pooling();
    if (closed) {
      return;
    }
    if (current.choice.equals(choice)) {
      mapJob.submit(() -> SelectedMap.of(current.maps, tokens, pooling, current.largest));
    } else if (!choice.equals(LayerChoice.RUN) && tokens.length <= FEW) {
      mapJob.submit(
          () ->
              SelectedMap.of(
                  current.maps.grid(),
                  tokens,
                  pooling.of(choice.rows(answer, tokens)),
                  current.largest));
    }
  }

  private void submitRegion() {
    TokenMaps maps = all.maps;
    Roi wantedRegion = region;
    if (!closed) {
      regionJob.submit(
          () -> wantedRegion == null ? null : RegionMeasure.shares(maps, wantedRegion));
    }
  }

  private void replace(AllMaps made) {
    boolean isOfEarlier = made.maps.size() < all.maps.size() || !method(made.of).equals(method());
    boolean isOfLayer = !made.choice.equals(LayerChoice.RUN);
    if (isOfEarlier || isOfLayer && wanted.equals(LayerChoice.RUN)) {
      return; // more tokens have come since, or other maps were chosen: those are there or made
    }
    boolean isNew = !made.choice.equals(all.choice) || made.largest != all.largest;
    all = made;
    selection.grow(made.maps.size());
    if (isNew) {
      submitMap();
    }
    if (region != null) {
      submitRegion();
    }
    tokensChanged();
  }

  private void show(SelectedMap map) {
    shown = map;
    mapChanged();
  }

  private void shade(double[] shares) {
    // A region that went away while its shares were summed must not come back.
    regionShares = region == null ? null : shares;
    tokensChanged();
  }

  private void tokensChanged() {
    List.copyOf(tokenListeners).forEach(Runnable::run);
  }

  private void mapChanged() {
    List.copyOf(mapListeners).forEach(Runnable::run);
  }
}
