package org.vlmvisualizer.explorer;

import ij.gui.Roi;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.MapStyle;

/**
 * What the explorer's windows show: the selected tokens, their mean map, how tokens are shaded, and
 * how a map is drawn. For the event thread alone; sums over maps are made off it and arrive a
 * moment later.
 */
final class ExplorerState {
  private final AttentionResult result;
  private final TokenSelection selection;
  private final List<Runnable> listeners = new ArrayList<>();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "Token Explorer");
            thread.setDaemon(true);
            return thread;
          });
  private final LatestJob<SelectedMap> mapJob = new LatestJob<>(worker, this::show);
  private final LatestJob<double[]> regionJob = new LatestJob<>(worker, this::shade);

  private TokenMaps maps;
  private SelectedMap shown;
  private Roi region;
  private double[] regionShares;
  private MapStyle style = MapStyle.DEFAULT;
  private boolean commonScale;
  private boolean closed;

  /** Starts with the first token. */
  ExplorerState(AttentionResult result) {
    this.result = result;
    maps = result.maps();
    selection = new TokenSelection(maps.size());
    shown = SelectedMap.of(maps, selection.tokens());
  }

  /** Adds what is called on the event thread after every change. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  AttentionResult result() {
    return result;
  }

  /** The maps as chosen: those of the result, or of some of its layers and heads. */
  TokenMaps maps() {
    return maps;
  }

  /** Changes must be followed by {@link #selectionChanged}. */
  TokenSelection selection() {
    return selection;
  }

  /** The mean map of the tokens that were selected when it was made. */
  SelectedMap shown() {
    return shown;
  }

  MapStyle style() {
    return style;
  }

  /** Whether all maps share one scale, or each has its own. */
  boolean commonScale() {
    return commonScale;
  }

  /** The value shown brightest. */
  double scaleMaximum() {
    return commonScale ? shown.commonMaximum() : shown.maximum();
  }

  /** Share of each token's map inside the region [T], or null without a region. */
  double[] regionShares() {
    return regionShares;
  }

  /** What a token is shaded by: its share in the region, or else its image attention ratio. */
  double shade(int token) {
    return regionShares != null ? regionShares[token] : maps.shares().get(token).image();
  }

  /** The largest shade, which gets the darkest colour. */
  double maximumShade() {
    double max = 0;
    for (int t = 0; t < maps.size(); t++) {
      max = Math.max(max, shade(t));
    }
    return max;
  }

  void selectionChanged() {
    TokenMaps current = maps;
    int[] tokens = selection.tokens();
    submitMap(current, tokens);
    changed();
  }

  /** Selects one token alone. */
  void select(int token) {
    selection.select(token);
    selectionChanged();
  }

  void setStyle(MapStyle style) {
    this.style = style;
    changed();
  }

  void setCommonScale(boolean common) {
    commonScale = common;
    changed();
  }

  /**
   * Shades the tokens by their share in a region.
   *
   * @param region not changed any more by the caller; null for none
   */
  void setRegion(Roi region, RegionShares measure) {
    this.region = region;
    TokenMaps current = maps;
    if (!closed) {
      regionJob.submit(() -> region == null ? null : measure.of(current, region));
    }
  }

  void close() {
    closed = true;
    listeners.clear();
    worker.shutdown();
  }

  private void submitMap(TokenMaps current, int[] tokens) {
    if (!closed) {
      mapJob.submit(() -> SelectedMap.of(current, tokens));
    }
  }

  private void show(SelectedMap map) {
    shown = map;
    changed();
  }

  private void shade(double[] shares) {
    // A region that went away while its shares were summed must not come back.
    regionShares = region == null ? null : shares;
    changed();
  }

  private void changed() {
    List.copyOf(listeners).forEach(Runnable::run);
  }
}
