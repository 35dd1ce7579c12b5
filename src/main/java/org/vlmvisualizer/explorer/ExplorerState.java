package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AnswerWord;
import org.vlmvisualizer.core.DaemonThreads;
import org.vlmvisualizer.core.Pooling;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
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

  private volatile AttentionResult result; // changes on the event thread only
  private AllMaps all;
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
   * @param largest value of any map in the picture
   */
  private record AllMaps(
      LayerChoice choice,
      TokenMaps maps,
      List<AnswerWord> words,
      TokenTable table,
      double largest) {
    static AllMaps of(AttentionResult result, LayerChoice choice) {
      TokenMaps maps = choice.maps(result);
      return new AllMaps(
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
    style = MapStyle.of(result);
    all = AllMaps.of(result, LayerChoice.RUN);
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

  AttentionResult result() {
    return result;
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

  private void grow(AttentionResult longer, AllMaps made) {
    if (closed) {
      return;
    }
    result = longer;
    LayerChoice choice = wanted;
    if (choice.equals(LayerChoice.RUN)) {
      replace(made);
    } else {
      layerJob.submit(() -> AllMaps.of(longer, choice));
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
    if (made.maps.size() < all.maps.size()) {
      return; // of fewer tokens than have come since; the maps of those are being made
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
