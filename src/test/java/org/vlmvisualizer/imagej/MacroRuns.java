package org.vlmvisualizer.imagej;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vlmvisualizer.VirtualDisplay;

/** Macros collected and then run in one ImageJ, since starting one takes seconds. */
final class MacroRuns {
  private final Path folder;
  private final List<MacroJob.Macro> macros = new ArrayList<>();

  /**
   * @param folder for macro files, preferences and reports
   */
  MacroRuns(Path folder) {
    this.folder = folder;
  }

  /** Adds a macro, written to a file in UTF-8 as editors do. */
  MacroRuns add(String name, String argument, String text) throws Exception {
    Path file = folder.resolve("macro-" + macros.size() + ".ijm");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    macros.add(new MacroJob.Macro(name, file.toString(), argument));
    return this;
  }

  /** Runs all of them; what each left, by its name. */
  Map<String, MacroJob.Left> run(VirtualDisplay display) throws Exception {
    Path jobs = folder.resolve("macros.json");
    Path report = folder.resolve("report.json");
    MacroJob.write(jobs, macros);
    FijiProcess.run(display, folder, MacroJob.class, jobs, report);
    return MacroJob.read(report);
  }
}
