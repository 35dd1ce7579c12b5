package org.vlmvisualizer.analysis;

import java.util.ArrayList;
import java.util.List;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.Layout;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.View;

/** Where in which picture attention sinks are, for run.json and marks on heatmaps. */
final class SinkPlaces {
  /**
   * An image token that is a sink.
   *
   * @param picture which picture or time point, from 0
   * @param x middle of its cell, in pixels of the picture
   * @param y as {@code x}
   * @param layers in how many of the layers that the maps read
   */
  record Place(int picture, double x, double y, int layers) {}

  private SinkPlaces() {}

  static List<Place> of(Trace trace) {
    Layout layout = trace.layout();
    List<Place> places = new ArrayList<>();
    for (int k = 0; k < layout.tokens(); k++) {
      int layers = 0;
      for (boolean[] layer : trace.sinks()) {
        layers += layer[k] ? 1 : 0;
      }
      if (layers > 0 && layout.hasPlace(k)) {
        View view = layout.views().get(layout.view()[k]);
        Grid grid = view.grid();
        int cell = layout.cell()[k];
        places.add(new Place(frame(layout, view), grid.centreX(cell), grid.centreY(cell), layers));
      }
    }
    return places;
  }

  private static int frame(Layout layout, View view) {
    int frame = 0;
    while (!layout.views(frame).contains(view)) {
      frame++;
    }
    return frame;
  }
}
