package org.vlmvisualizer.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.scijava.app.StatusService;
import org.scijava.app.event.StatusEvent;
import org.scijava.event.EventHandler;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.scijava.service.AbstractService;
import org.scijava.service.SciJavaService;
import org.scijava.service.Service;

/**
 * What stays in ImageJ's status bar when a command has ended. SciJava writes there, behind every
 * command, that it finished or was cancelled, which would replace what the command said last.
 */
@Plugin(type = Service.class)
public final class LastWord extends AbstractService implements SciJavaService {
  private static final int SETTLING_MS = 200;

  @Parameter private StatusService status;

  private volatile String sentence;

  /** Writes a sentence into the status bar, now and once the command that calls this has ended. */
  void say(String last) {
    sentence = last;
    status.showStatus(last);
  }

  @EventHandler
  private void onEvent(StatusEvent event) {
    String last = sentence;
    String shown = event.getStatusMessage();
    if (last != null && shown != null && shown.matches("Command (finished|canceled): .*")) {
      sentence = null;
      // Later, since whoever shows it may hear of two events in the wrong order.
      CompletableFuture.delayedExecutor(SETTLING_MS, TimeUnit.MILLISECONDS)
          .execute(() -> status.showStatus(last));
    }
  }
}
