package org.vlmvisualizer.roi;

import java.util.List;
import org.vlmvisualizer.area.Placements;
import org.vlmvisualizer.area.RegionAttention;
import org.vlmvisualizer.area.RegionChance;
import org.vlmvisualizer.core.TokenMaps;

/**
 * What is measured of some maps in a ROI.
 *
 * @param chance null if they are not compared with chance
 */
record RoiFigures(RegionAttention attention, RegionChance chance) {
  /** Names of the columns of {@link #shares(int)}. */
  static final List<String> SHARES = List.of("share", "enrichment");

  /** Names of the columns of {@link #chance(int)}. */
  static final List<String> CHANCE = List.of("chance_low", "chance_high", "p");

  /**
   * Measures all maps.
   *
   * @param overlap [P] of the ROI
   * @param picture [P] of the picture
   * @param placements null for no comparison with chance
   */
  static RoiFigures of(double[] overlap, double[] picture, Placements placements, TokenMaps maps) {
    return new RoiFigures(
        RegionAttention.of(overlap, picture, maps),
        placements == null ? null : RegionChance.of(placements, maps));
  }

  /**
   * Of one map, its {@link #SHARES}.
   *
   * @param map number of its token or word, from 0
   */
  List<Double> shares(int map) {
    return List.of(attention.shares()[map], attention.enrichment(map));
  }

  /** Of one map, its {@link #CHANCE}. */
  List<Double> chance(int map) {
    return List.of(chance.low()[map], chance.high()[map], chance.p()[map]);
  }
}
