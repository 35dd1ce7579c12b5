package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.scijava.Context;
import org.scijava.app.StatusService;
import org.scijava.task.TaskService;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.Conversation;
import org.vlmvisualizer.ask.ForetoldTime;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.explorer.AskedModel;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.shelf.ModelLocator;

/**
 * The model of the explorer's answers: for the question from its line, maps by other methods, and
 * checks. All is about the picture of the earlier answer, whatever its image shows by now, and even
 * if that was closed.
 */
record ExplorerModel(Context context) implements AskedModel {
  @Override
  public void ask(AttentionResult earlier, String question, boolean followsUp, Progress line) {
    RequestOptions options = RequestOptions.again(earlier, question);
    ImageInput input = new ImageInput(earlier.picture(), earlier.source());
    try (Turn turn = Turn.take();
        RunProgress progress = progress()) {
      Progress both = both(line, progress);
      Checkpoint checkpoint = checkpoint(earlier, both);
      RequestOptions asked = followsUp ? followUp(earlier, checkpoint, options) : options;
      try (Asker asker = asker(checkpoint, asked);
          LiveAnswer live = new LiveAnswer(progress, this)) {
        finish(asker.ask(input, both, live::written), live);
      }
    }
  }

  @Override
  public AttentionResult by(AttentionResult answer, String method, Progress line) {
    return again(answer, method, line, (asker, both) -> asker.again(answer, both));
  }

  @Override
  public MapCheck check(AttentionResult answer, int token, Progress line) {
    String method = answer.maps().map().method();
    return again(answer, method, line, (asker, both) -> asker.check(answer, token, both));
  }

  @Override
  public double seconds(AttentionResult answer, String method) {
    return ForetoldTime.by(answer, method);
  }

  @Override
  public double secondsOfCheck(AttentionResult answer) {
    return ForetoldTime.check(answer);
  }

  /** What is asked about an answer that is known. */
  private interface Look<T> {
    T at(Asker asker, Progress progress);
  }

  private <T> T again(AttentionResult answer, String method, Progress line, Look<T> look) {
    RequestOptions options = RequestOptions.of(answer, method);
    try (Turn turn = Turn.take();
        RunProgress progress = progress()) {
      Progress both = both(line, progress);
      try (Asker asker = asker(checkpoint(answer, both), options)) {
        return look.at(asker, both);
      }
    }
  }

  private static Progress both(Progress line, Progress progress) {
    return (stage, done, total) -> {
      line.update(stage, done, total);
      progress.update(stage, done, total);
    };
  }

  private static Checkpoint checkpoint(AttentionResult answer, Progress progress) {
    return ModelLocator.open(answer.model(), new DialogConsent(false, false), progress);
  }

  private static Asker asker(Checkpoint checkpoint, RequestOptions options) {
    return new Asker(ModelKeeper.ofThisSession(), checkpoint, options, engineLoaded -> {});
  }

  private static RequestOptions followUp(
      AttentionResult earlier, Checkpoint checkpoint, RequestOptions options) {
    Conversation conversation = new Conversation(earlier);
    conversation.requireAbout(earlier.picture());
    conversation.requireOf(checkpoint);
    return options.following(conversation.exchanges());
  }

  private RunProgress progress() {
    return new RunProgress(
        context.service(StatusService.class), context.service(TaskService.class), "VLM Visualizer");
  }

  private void finish(AttentionResult result, LiveAnswer live) {
    if (Turn.isQuitting()) {
      throw new CancellationException("Cancelled: nothing was changed.");
    }
    ImagePlus whole = live.whole(result);
    LastResult.remember(List.of(result));
    ShownBoxes.show(List.of(result), context);
    live.finish(result, whole);
  }
}
