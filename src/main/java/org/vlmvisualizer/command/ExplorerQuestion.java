package org.vlmvisualizer.command;

import ij.ImagePlus;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.scijava.Context;
import org.scijava.app.StatusService;
import org.scijava.task.TaskService;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.Conversation;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.explorer.NextQuestion;
import org.vlmvisualizer.output.AttentionResult;
import org.vlmvisualizer.picture.ImageInput;
import org.vlmvisualizer.shelf.ModelLocator;

/**
 * The question from the explorer's line. It is about the picture of the earlier answer, whatever
 * its image shows by now, and even if that was closed.
 */
record ExplorerQuestion(Context context) implements NextQuestion {
  @Override
  public void ask(AttentionResult earlier, String question, boolean followsUp, Progress line) {
    RequestOptions options = RequestOptions.again(earlier, question);
    ImageInput input = new ImageInput(earlier.picture(), earlier.source());
    try (Turn turn = Turn.take();
        RunProgress progress = progress()) {
      Progress both =
          (stage, done, total) -> {
            line.update(stage, done, total);
            progress.update(stage, done, total);
          };
      Checkpoint checkpoint =
          ModelLocator.open(earlier.model(), new DialogConsent(false, false), both);
      RequestOptions asked = followsUp ? followUp(earlier, checkpoint, options) : options;
      try (Asker asker =
              new Asker(ModelKeeper.ofThisSession(), checkpoint, asked, engineLoaded -> {});
          LiveAnswer live = new LiveAnswer(progress, this)) {
        finish(asker.ask(input, both, live::written), live);
      }
    }
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

  private static void finish(AttentionResult result, LiveAnswer live) {
    if (Turn.isQuitting()) {
      throw new CancellationException("Cancelled: nothing was changed.");
    }
    ImagePlus whole = live.whole(result);
    LastResult.remember(List.of(result));
    live.finish(result, whole);
  }
}
