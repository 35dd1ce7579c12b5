package org.vlmvisualizer.command;

import ij.IJ;
import ij.measure.ResultsTable;
import java.awt.GraphicsEnvironment;
import java.util.List;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.ModelsWindow;
import org.vlmvisualizer.shelf.KnownModels;
import org.vlmvisualizer.shelf.KnownModels.KnownModel;
import org.vlmvisualizer.shelf.ModelShelf;

/**
 * The models on this computer: a window that lists, downloads and removes them. In a macro and
 * without a display, the action is an option:
 *
 * <pre>run("VLM Models...", "action=list");
 * run("VLM Models...", "action=download model=org/name");
 * run("VLM Models...", "action=remove model=org/name");</pre>
 *
 * Each leaves the list as a table. Whoever writes {@code download} or {@code remove} into a macro
 * is not asked again.
 */
@Plugin(
    type = Command.class,
    description =
        "The vision-language models on this computer: size and licence; download and remove.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "VLM Models...", weight = 5)
    })
public class Models extends VisualizerCommand {
  /** Title of the table. */
  public static final String TABLE_TITLE = "Models";

  private enum Action {
    LIST,
    DOWNLOAD,
    REMOVE
  }

  @Parameter(
      persist = false,
      label = "Action",
      choices = {"list", "download", "remove"})
  private String action = "list";

  @Parameter(
      persist = false,
      required = false,
      label = "Model",
      description = "Its id on the Hugging Face hub, org/name or org/name@revision")
  private String model = "";

  @Override
  boolean hasOwnWindow() {
    return true;
  }

  @Override
  void execute() {
    Action choice = words().choice("action", Action.values());
    boolean isAsked = choice == Action.LIST && !caller().isMacro();
    if (isAsked && !GraphicsEnvironment.isHeadless()) {
      ModelsWindow.show(
          IJ.getInstance(), new ModelShelf(new DialogConsent(false, false)), Project::showHelp);
      return;
    }
    ModelShelf shelf = new ModelShelf(offer -> true);
    if (choice == Action.DOWNLOAD) {
      try (RunProgress progress = progress()) {
        shelf.download(model, progress);
      }
    } else if (choice == Action.REMOVE) {
      log().debug(shelf.remove(model));
    }
    Tables.show(table(KnownModels.ofThisUser().list()), TABLE_TITLE);
  }

  static ResultsTable table(List<KnownModel> models) {
    ResultsTable table = new ResultsTable();
    for (KnownModel model : models) {
      table.addRow();
      table.addValue("model", model.name());
      table.addValue("megabytes", model.bytes() / 1e6);
      table.addValue("licence", model.licence());
      table.addValue("runs", model.runs());
      table.addValue("folder", model.folder().toString());
    }
    return table;
  }
}
