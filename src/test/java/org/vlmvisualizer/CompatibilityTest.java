package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.ImagePlus;
import ij.macro.Interpreter;
import ij.plugin.filter.Analyzer;
import ij.process.ColorProcessor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
    List<CommandInfo> infos =
        commands.getCommands().stream()
            .filter(info -> title(info).startsWith(MENU))
            .sorted(Comparator.comparing(CompatibilityTest::title))
            .toList();
    for (CommandInfo info : infos) {
      lines.add("[" + title(info) + "]");
      Module fresh = info.createModule();
      for (ModuleItem<?> item : info.inputs()) {
        if (isOption(item)) {
          lines.add(option(item, fresh.getInput(item.getName())));
        }
      }
      info.outputs().forEach(item -> lines.add("output " + item.getName() + ": " + type(item)));
      lines.add("");
    }
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
    String model = Golden.ROOT.resolve("llama-mha/checkpoint").toString();
    ImagePlus picture = new ImagePlus("picture", new ColorProcessor(40, 30));
    commands
        .run(
            ShowAttention.class,
            true,
            Map.of(
                "image", picture, "model", model, "length", 2, "keep", "heads", "output", output))
        .get();
    lines.add("[table " + ShowAttention.TABLE_TITLE + "]");
    lines.addAll(List.of(Analyzer.getResultsTable().getHeadings()));
    lines.add("");
    lines.add("[tokens.csv]");
    String header = Files.readAllLines(output.toPath().resolve("tokens.csv")).get(0);
    lines.addAll(List.of(header.split(",")));
    lines.add("");
    lines.add("[files]");
    try (Stream<Path> files = Files.list(output.toPath())) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(lines::add);
    }
    lines.add("");
    lines.add("[run.json]");
    TreeSet<String> keys = new TreeSet<>();
    String json = Files.readString(output.toPath().resolve("run.json"));
    addKeys(keys, "", JsonParser.parseString(json));
    lines.addAll(keys);
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
      String value = option.arity().max() > 0 ? " " + option.type().getSimpleName() : "";
      String initial = option.initialValue() == null ? "" : " = " + option.initialValue();
      lines.add(
          String.join(" ", option.names())
              + value
              + initial
              + (option.required() ? ", required" : ""));
    }
  }
}
