package org.vlmvisualizer.explorer;

import ij.ImagePlus;
import java.util.List;
import java.util.stream.IntStream;
import org.vlmvisualizer.attribution.Faithfulness;
import org.vlmvisualizer.core.ForetoldText;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.dialog.EventThread;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.output.SourceFrame;

/**
 * What is asked of the model about an answer that it gave: maps by another method, and checks of
 * maps. For the event thread; the model works off it, while the line tells how far it is.
 *
 * @param changed told on the event thread when the state shows other maps, or knows more of them
 */
record MapWork(ExplorerState state, AskLine line, MapMaker maker, Runnable changed) {

  /** Shows maps by a method: at once if they were made before. */
  void choose(String method) {
    if (method.equals(state.method()) || !whyNoMethod().isEmpty()) {
      return;
    }
    if (state.has(method)) {
      state.look(method);
      changed.run();
      return;
    }
    AttentionResult answer = state.answer();
    if (isAgreed("Maps by the method " + method, maker.seconds(answer, method))) {
      line.run(
          progress -> {
            Runnable shows = state.looking(maker.by(answer, method, progress));
            onEventThread(shows);
          });
    }
  }

  /** A method and how long it takes, for whoever chooses one. */
  String label(String method) {
    String time = state.has(method) ? "" : ForetoldText.of(maker.seconds(state.answer(), method));
    return time.isEmpty() ? method : method + " (" + time + ")";
  }

  /** Why no method can be chosen now; empty if one can. */
  String whyNoMethod() {
    if (state.isGrowing()) {
      return "Once all is written";
    }
    return line.isBusy() ? "Once the model is done" : "";
  }

  /** Checks the maps of the selected tokens, one after another, unless they were before. */
  void check() {
    int[] tokens = unchecked();
    if (!whyNoCheck().isEmpty()) {
      return;
    }
    double seconds = tokens.length * maker.secondsOfCheck(state.answer());
    if (isAgreed(tokens.length == 1 ? "The check of the map" : "The checks", seconds)) {
      line.run(
          progress -> {
            for (int i = 0; i < tokens.length; i++) {
              String which = tokens.length == 1 ? "" : " %d of %d:".formatted(i + 1, tokens.length);
              AttentionResult shown = state.result();
              MapCheck found =
                  maker.check(
                      shown,
                      tokens[i],
                      (stage, done, total) ->
                          progress.update(
                              which.isEmpty() ? stage : "Map" + which + " " + stage, done, total));
              onEventThread(state.checking(shown, tokens[i], found));
            }
          });
    }
  }

  /** What the check is, and how long it takes. */
  String tipOfCheck() {
    int tokens = unchecked().length;
    String what =
        tokens == 1
            ? "Does the token need what its map is highest on? Two passes"
            : "Do the %d tokens need what their maps are highest on? Two passes each"
                .formatted(tokens);
    String why = whyNoCheck();
    return why.isEmpty()
        ? ForetoldText.behind(what, tokens * maker.secondsOfCheck(state.answer()))
        : why;
  }

  /** Why the selected maps cannot be checked now; empty if they can. */
  String whyNoCheck() {
    if (!state.layerChoice().equals(LayerChoice.RUN)) {
      return "Only of maps of all layers and heads that the run read";
    }
    return unchecked().length == 0 ? "It is checked" : whyNoMethod();
  }

  private int[] unchecked() {
    TokenMaps maps = state.result().maps();
    return IntStream.of(state.selection().tokens())
        .filter(token -> maps.tokens().get(token).check() == null)
        .toArray();
  }

  /** Opens one of the two pictures that the check of the token that was touched last compares. */
  void showPicture(boolean only) {
    int token = state.selection().lead();
    TokenMaps maps = state.maps();
    AttentionResult result = state.result();
    Thread thread =
        new Thread(() -> picture(result, maps, token, only).show(), "Token Explorer picture");
    thread.setDaemon(true);
    thread.start();
  }

  private static ImagePlus picture(
      AttentionResult result, TokenMaps maps, int token, boolean only) {
    List<RgbPicture> whole = List.of(result.picture());
    List<RgbPicture> filled =
        only
            ? Faithfulness.only(whole, List.of(maps), token)
            : Faithfulness.without(whole, List.of(maps), token);
    SourceFrame source = result.source();
    ImagePlus image =
        new ImagePlus(
            "%s the top tenth of token %d (%s) of %s"
                .formatted(
                    only ? "Only" : "All but", token + 1, maps.map().method(), source.title()),
            PictureWindow.pixels(filled.get(0)));
    image.setCalibration(source.pixels());
    return image;
  }

  private boolean isAgreed(String what, double seconds) {
    return !(seconds > ForetoldText.LONG)
        || MessageBox.confirm(
            line,
            "%s will take %s. You can go on looking at the answer meanwhile, and cancel below it."
                .formatted(what, ForetoldText.of(seconds)),
            "OK",
            "Cancel");
  }

  private void onEventThread(Runnable shows) {
    EventThread.ask(
        () -> {
          shows.run();
          changed.run();
          return null;
        });
  }
}
