package org.vlmvisualizer.command;

import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import java.util.HashMap;
import java.util.Map;
import org.scijava.Cancelable;
import org.scijava.Context;
import org.scijava.command.Command;
import org.scijava.command.CommandService;
import org.scijava.module.Module;

/** Runs a command without a display in a Java of its own, and prints its table. */
public final class ModelsChild {
  private ModelsChild() {}

  /**
   * @param arguments name of the command's class, then keys and values of options
   */
  public static void main(String[] arguments) throws Exception {
    Class<? extends Command> type =
        Class.forName(ModelsChild.class.getPackageName() + "." + arguments[0])
            .asSubclass(Command.class);
    Map<String, Object> inputs = new HashMap<>();
    for (int i = 1; i < arguments.length; i += 2) {
      String value = arguments[i + 1];
      inputs.put(arguments[i], value.matches("true|false") ? Boolean.valueOf(value) : value);
    }
    Module module = new Context().service(CommandService.class).run(type, true, inputs).get();
    System.out.println("reason: " + ((Cancelable) module.getDelegateObject()).getCancelReason());
    ResultsTable table = Analyzer.getResultsTable();
    for (int row = 0; table != null && row < table.size(); row++) {
      System.out.println(table.getRowAsString(row));
    }
    System.exit(0);
  }
}
