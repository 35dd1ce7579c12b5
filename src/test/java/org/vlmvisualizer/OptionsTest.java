package org.vlmvisualizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scijava.Context;
import org.scijava.command.Command;
import org.scijava.command.CommandInfo;
import org.scijava.command.CommandService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.vlmvisualizer.analysis.AnalysisRequest;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.cli.AttentionCli;
import org.vlmvisualizer.command.AttentionInFolder;
import org.vlmvisualizer.command.ShowAttention;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.Upsampling;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The commands and the command line have the same options, with the same defaults. */
class OptionsTest {
  private static final String QUESTION = "What is in the image?";
  private static final RequestOptions DEFAULTS =
      new RequestOptions(
          Defaults.asked(QUESTION), "auto", Precision.AUTO, Defaults.maps(Upsampling.NEAREST));

  @Test
  void theCommandLineHasEach() {
    Map<String, String> words = new LinkedHashMap<>();
    for (OptionSpec option : new CommandLine(new AttentionCli()).getCommandSpec().options()) {
      words.put(option.longestName().substring(2), String.valueOf((Object) option.getValue()));
    }
    assertEquals(DEFAULTS, RequestOptions.of(QUESTION, words::get));
  }

  @ParameterizedTest
  @ValueSource(classes = {ShowAttention.class, AttentionInFolder.class})
  void theCommandsHaveEachAndNoChoiceThatIsRefused(Class<? extends Command> type) throws Exception {
    try (Context context = new Context()) {
      CommandInfo info = context.service(CommandService.class).getCommand(type);
      Module fresh = info.createModule();
      Map<String, String> words = new LinkedHashMap<>();
      for (ModuleItem<?> item : info.inputs()) {
        words.put(item.getName(), String.valueOf(fresh.getInput(item.getName())));
      }
      assertEquals(DEFAULTS, RequestOptions.of(QUESTION, words::get));
      for (ModuleItem<?> item : info.inputs()) {
        for (Object choice : item.getChoices() == null ? List.of() : item.getChoices()) {
          Map<String, String> chosen = new LinkedHashMap<>(words);
          chosen.put(item.getName(), choice.toString());
          RequestOptions.of(QUESTION, chosen::get);
        }
      }
    }
  }

  /** The first token's option has a longer name in run.json. */
  @Test
  void runJsonHasTheWordsOfARequest() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("method", "language");
    words.put("vision", "selected");
    words.put("layers", "7");
    words.put("heads", "3-9");
    words.put("first", "keep");
    words.put("sinks", "mark");
    words.put("window", "3/1");
    words.put("localization", "1.2,0.3");
    words.put("keep", "heads");
    words.put("template", "v0");
    words.put("system", "keep");
    words.put("fit", "crop");
    words.put("tiles", "off");
    words.put("detail", "500");
    words.put("interval", "2.5");
    words.put("length", "5");
    words.put("answer", "Two cells.");
    words.put("evidence", "off");
    words.put("check", "map");
    words.put("boxes", "rois");
    TreeSet<String> read = new TreeSet<>();
    AnalysisRequest request =
        AnalysisRequest.of(
            QUESTION,
            name -> {
              read.add(name);
              return words.get(name);
            });
    assertEquals(new TreeSet<>(words.keySet()), read);
    Map<String, String> written = new LinkedHashMap<>();
    request
        .words()
        .forEach((name, word) -> written.put(name.replace("_token", ""), word.toString()));
    assertEquals(words, written);
  }
}
