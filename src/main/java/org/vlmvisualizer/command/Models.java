package org.vlmvisualizer.command;

import ij.IJ;
import ij.measure.ResultsTable;
import java.awt.GraphicsEnvironment;
import java.util.List;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Parameter;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.shelf.ModelEntries;
import org.vlmvisualizer.shelf.ModelEntry;
import org.vlmvisualizer.shelf.ModelShelf;
import org.vlmvisualizer.shelf.ModelsWindow;

/**
 * The list of models: a window that shows them, and downloads and removes them. In a macro and
 * without a display, the action is an option:
 *
 * <pre>run("VLM Models...", "action=list"); // those on this computer
 * run("VLM Models...", "action=all"); // and those that could be downloaded
 * run("VLM Models...", "action=download model=org/name");
 * run("VLM Models...", "action=remove model=org/name");</pre>
 *
 * Each leaves the list as a table. Whoever writes {@code download} or {@code remove} into a macro
 * is not asked again.
 */
@Plugin(
    type = Command.class,
    description =
        "The vision-language models: what each is good for, its licence, memory and time; download and remove.",
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
    REMOVE,
    ALL
  }

  @Parameter(
      persist = false,
      label = "Action",
      choices = {"list", "download", "remove", "all"})
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
          IJ.getInstance(),
          shelf(new DialogConsent(false, false)),
          Project::showHelp,
          name -> OptionsHarvester.remember("model", name));
      return;
    }
    ModelShelf shelf = shelf(offer -> true);
    if (choice == Action.DOWNLOAD) {
      try (RunProgress progress = progress()) {
        shelf.download(model, progress);
      }
    } else if (choice == Action.REMOVE) {
      log().debug(shelf.remove(model));
    }
    Tables.show(
        table(choice == Action.ALL ? ModelEntries.all() : ModelEntries.onDisk()), TABLE_TITLE);
  }

  /** The models of this computer; one that is loaded is given back before it is removed. */
  static ModelShelf shelf(Consent consent) {
    return new ModelShelf(consent, ModelKeeper.ofThisSession()::release);
  }

  static ResultsTable table(List<ModelEntry> models) {
    ResultsTable table = new ResultsTable();
    for (ModelEntry model : models) {
      table.addRow();
      table.addValue("model", model.name());
      table.addValue("megabytes", model.size().value() / 1e6);
      table.addValue("licence", model.licence());
      table.addValue("runs", model.runs());
      table.addValue("folder", model.folder());
      table.addValue("good_for", model.goodFor());
      table.addValue("billion_parameters", model.parameters().value());
      table.addValue("int4_gigabytes", model.memory(Precision.INT4).value());
      table.addValue("bfloat16_gigabytes", model.memory(Precision.BFLOAT16).value());
      table.addValue("float32_gigabytes", model.memory(Precision.FLOAT32).value());
      table.addValue("answer_seconds", model.answer().value());
      table.addValue("answer_on", model.time() == null ? "" : model.time().conditions());
    }
    return table;
  }
}
