package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.gui.OvalRoi;
import ij.macro.Interpreter;
import ij.plugin.filter.Analyzer;
import ij.process.ColorProcessor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.ItemVisibility;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.service.Service;
import org.vlmvisualizer.cli.AttentionCli;
import org.vlmvisualizer.command.AttentionInFolder;
import org.vlmvisualizer.command.AttentionInRois;
import org.vlmvisualizer.command.FormerNames;
import org.vlmvisualizer.command.Models;
import org.vlmvisualizer.command.ShowAttention;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The names that macros, scripts and pipelines of users are written with: menu entries, macro keys,
 * table columns, files, keys of run.json and options of the command line. The list of them is
 * compatibility.txt; what it lacks may be added, what it has must stay.
 */
class CompatibilityTest {
  private static final Path LIST = Path.of("src/test/resources/compatibility.txt");
  private static final String MODEL = Golden.ROOT.resolve("llama-mha/checkpoint").toString();
  private static final String MENU = "Plugins > VLM Visualizer > ";

  @TempDir Path folder;

  @Test
  void theNamesThatScriptsDependOnAreAsListed() throws Exception {
    List<String> actual = new ArrayList<>();
    // Plain ImageJ shows images without a display in batch mode only.
    Interpreter.batchMode = true;
    try (Context context = new Context()) {
      CommandService commands = context.service(CommandService.class);
      addCommands(actual, commands);
      addResult(actual, commands);
      addRois(actual, commands);
      addFolder(actual, commands);
    } finally {
      Interpreter.removeBatchModeImage(Interpreter.getLastBatchModeImage());
      Interpreter.batchMode = false;
    }
    addCommandLine(actual);
    Path found = Path.of("target", LIST.getFileName().toString());
    Files.write(found, actual);
    assertEquals(
        Files.readString(LIST),
        Files.readString(found),
        "Macros and scripts of users depend on these names. If the change is meant, copy "
            + found
            + " to "
            + LIST
            + ", correct the documentation and tell it in CHANGELOG.md.");
  }

  private static void addCommands(List<String> lines, CommandService commands) throws Exception {
    TreeMap<String, CommandInfo> infos = new TreeMap<>();
    for (CommandInfo info : commands.getCommands()) {
      if (title(info).startsWith(MENU)) {
        infos.put(title(info), info);
      }
    }
    FormerNames.NAMES.forEach((former, name) -> infos.put(MENU + former, infos.get(MENU + name)));
    for (Map.Entry<String, CommandInfo> entry : infos.entrySet()) {
      lines.add("[" + entry.getKey() + "]");
      addInputs(lines, entry.getValue());
    }
  }

  private static void addInputs(List<String> lines, CommandInfo info) throws Exception {
    Module fresh = info.createModule();
    for (ModuleItem<?> item : info.inputs()) {
      if (isOption(item)) {
        lines.add(option(item, fresh.getInput(item.getName())));
      }
    }
    info.outputs().forEach(item -> lines.add("output " + item.getName() + ": " + type(item)));
    lines.add("");
  }

  private static String title(CommandInfo info) {
    return info.getMenuPath().getMenuString().replace(">", " > ").replace("  ", " ");
  }

  private static boolean isOption(ModuleItem<?> item) {
    return !Service.class.isAssignableFrom(item.getType())
        && item.getType() != Context.class
        && item.getVisibility() != ItemVisibility.MESSAGE;
  }

  private static String option(ModuleItem<?> item, Object value) {
    String choices =
        item.getChoices() == null || item.getChoices().isEmpty()
            ? ""
            : " " + item.getChoices().stream().map(Object::toString).toList();
    return item.getName() + ": " + type(item) + choices + (value == null ? "" : " = " + value);
  }

  private static String type(ModuleItem<?> item) {
    return item.getType().getSimpleName();
  }

  /** What one run shows and saves. */
  private void addResult(List<String> lines, CommandService commands) throws Exception {
    File output = folder.resolve("results").toFile();
    ImagePlus picture = new ImagePlus("picture", new ColorProcessor(40, 30));
    commands
        .run(
            ShowAttention.class,
            true,
            Map.of(
                "image", picture, "model", MODEL, "length", 2, "keep", "heads", "output", output))
        .get();
    addTable(lines, ShowAttention.TABLE_TITLE);
    addFiles(lines, "[files of Show Attention...]", output.toPath());
    lines.add("[run.json]");
    TreeSet<String> keys = new TreeSet<>();
    String json = Files.readString(output.toPath().resolve("run.json"));
    addKeys(keys, "", JsonParser.parseString(json));
    lines.addAll(keys);
    lines.add("");
  }

  /** The table and the files of a result measured in a ROI that is named cell. */
  private void addRois(List<String> lines, CommandService commands) throws Exception {
    File output = folder.resolve("rois").toFile();
    ImagePlus picture = new ImagePlus("picture", new ColorProcessor(40, 30));
    picture.setRoi(new OvalRoi(5, 5, 20, 10));
    picture.getRoi().setName("cell");
    commands
        .run(
            AttentionInRois.class,
            true,
            Map.of("image", picture, "source", "selection", "output", output))
        .get();
    addTable(lines, AttentionInRois.PER_TOKEN_TITLE);
    addFiles(lines, "[files of Attention in ROIs]", output.toPath());
  }

  /** The tables and files of a folder with one picture, and the table of models. */
  private void addFolder(List<String> lines, CommandService commands) throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Path.of("src/main/resources/demo-images/page.png"), pictures.resolve("a.png"));
    Path output = folder.resolve("answers");
    commands
        .run(
            AttentionInFolder.class,
            true,
            Map.of(
                "model",
                MODEL,
                "length",
                2,
                "folder",
                pictures.toFile(),
                "output",
                output.toFile()))
        .get();
    addTable(lines, AttentionInFolder.TABLE_TITLE);
    addFiles(lines, "[files of Attention in Folder...]", output);
    commands.run(Models.class, true, Map.of("action", "list")).get();
    addTable(lines, Models.TABLE_TITLE);
  }

  private static void addTable(List<String> lines, String title) {
    lines.add("[table " + title + "]");
    lines.addAll(List.of(Analyzer.getResultsTable().getHeadings()));
    lines.add("");
  }

  /** Names of files, and the columns of those that are tables. */
  private static void addFiles(List<String> lines, String title, Path folder) throws Exception {
    lines.add(title);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        boolean table = name.endsWith(".csv");
        lines.add(name + (table ? ": " + Files.readAllLines(file).get(0) : ""));
      }
    }
    lines.add("");
  }

  /** Paths like tokens[].id. */
  private static void addKeys(TreeSet<String> keys, String path, JsonElement element) {
    if (path.equals("engine")) {
      keys.add(path); // What is in it depends on the computer.
    } else if (element instanceof JsonObject object) {
      object
          .entrySet()
          .forEach(
              entry ->
                  addKeys(
                      keys,
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue()));
    } else if (element instanceof JsonArray array) {
      keys.add(path + "[]");
      StreamSupport.stream(array.spliterator(), false)
          .filter(JsonElement::isJsonObject)
          .forEach(one -> addKeys(keys, path + "[]", one));
    } else {
      keys.add(path);
    }
  }

  private static void addCommandLine(List<String> lines) {
    lines.add("[command line]");
    for (OptionSpec option : new CommandLine(new AttentionCli()).getCommandSpec().options()) {
      String value =
          option.arity().max() > 0 ? " " + option.auxiliaryTypes()[0].getSimpleName() : "";
      String initial = option.initialValue() == null ? "" : " = " + option.initialValue();
      lines.add(
          String.join(" ", option.names())
              + value
              + initial
              + (option.required() ? ", required" : ""));
    }
  }
}
