package org.vlmvisualizer.command;

import ij.CommandListener;
import ij.Executer;
import ij.Menus;
import java.util.Map;
import org.scijava.event.ContextCreatedEvent;
import org.scijava.event.EventHandler;
import org.scijava.plugin.Plugin;
import org.scijava.service.AbstractService;
import org.scijava.service.SciJavaService;
import org.scijava.service.Service;

/**
 * Lets macros run commands by their former names. These have no menu entries, since ImageJ knows a
 * command by the last part of its menu path alone, and other plugins could have commands of these
 * names. If one has, the name means that command.
 */
@Plugin(type = Service.class)
public final class FormerNames extends AbstractService implements SciJavaService {
  /** Former name to name. */
  public static final Map<String, String> NAMES =
      Map.of(
          "About and Citation", "About VLM Visualizer",
          "Attention in ROIs", "Attention in ROIs...",
          "Engine...", "VLM Engine...",
          "Models...", "VLM Models...",
          "Token Explorer", "VLM Token Explorer");

  private static final CommandListener LISTENER = FormerNames::present;

  /**
   * Not before all services are there: ImageJ's classes may only be used once Fiji patched them.
   */
  @EventHandler
  private void onEvent(ContextCreatedEvent event) {
    Executer.removeCommandListener(LISTENER); // for a second context of this Java
    Executer.addCommandListener(LISTENER);
  }

  private static String present(String command) {
    return Menus.getCommands().containsKey(command)
        ? command
        : NAMES.getOrDefault(command, command);
  }
}
