package org.vlmvisualizer.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scijava.command.Command;
import org.scijava.plugin.Menu;
import org.scijava.plugin.Plugin;
import org.vlmvisualizer.analysis.Provenance;

/** Tells the version, the licence and what to cite. */
@Plugin(
    type = Command.class,
    description = "Version and licence of VLM Visualizer, and what to cite.",
    menu = {
      @Menu(label = "Plugins"),
      @Menu(label = "VLM Visualizer"),
      @Menu(label = "About VLM Visualizer", weight = 7)
    })
public class AboutAndCitation extends VisualizerCommand {
  /** Title of the window or table. */
  public static final String TITLE = "About VLM Visualizer";

  @Override
  void execute() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("Version", Provenance.version());
    lines.put("Licence", Project.LICENCE + "; a model has a licence of its own, see VLM Models...");
    for (String citation : Project.CITATIONS) {
      String[] parts = citation.split(": ", 2);
      lines.put("Cite: " + parts[0], parts[1]);
    }
    lines.put("Documentation", Project.HELP);
    lines.put("Questions", Project.FORUM);
    lines.put("Source and issues", Project.HOME);
    TextReport.show(TITLE, lines);
  }
}
