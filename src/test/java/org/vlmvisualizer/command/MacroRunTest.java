package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.macro.Interpreter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.scijava.Context;
import org.scijava.convert.ConvertService;
import org.scijava.module.Module;
import org.scijava.module.ModuleItem;
import org.scijava.module.ModuleRunner;
import org.scijava.module.process.AbstractPreprocessorPlugin;
import org.scijava.module.process.ModulePreprocessor;
import org.scijava.module.process.PreprocessorPlugin;
import org.scijava.plugin.PluginService;
import org.scijava.service.Service;
import org.vlmvisualizer.Printed;

/** The command as an ImageJ macro calls it: inside an interpreter, with options as one text. */
public class MacroRunTest {
  /** What {@link #insideMacro} runs; a macro can call static methods only. */
  private static Runnable body;

  private final CommandRuns runs = new CommandRuns();

  @AfterEach
  void dispose() {
    runs.close();
  }

  /** Called by the macro. */
  public static String insideMacro() {
    body.run();
    return "";
  }

  /** As imagej-legacy does first of all: the options' values become inputs. */
  private static final class MacroOptions extends AbstractPreprocessorPlugin {
    private final ConvertService convert;

    MacroOptions(ConvertService convert) {
      this.convert = convert;
    }

    @Override
    public void process(Module module) {
      for (ModuleItem<?> item : module.getInfo().inputs()) {
        String value = Macro.getValue(Macro.getOptions(), item.getName(), null);
        if (value != null && convert.supports(value, item.getType())) {
          module.setInput(item.getName(), convert.convert(value, item.getType()));
          module.resolveInput(item.getName());
        }
      }
    }
  }

  private Module macro(String options) throws Exception {
    Module module =
        runs.context.service(org.scijava.module.ModuleService.class).createModule(runs.info());
    body =
        () -> {
          Thread.currentThread().setName("Run$_test");
          Macro.setOptions(options);
          assertTrue(IJ.isMacro());
          module.setInput("image", CommandRuns.picture());
          module.resolveInput("image");
          List<ModulePreprocessor> before = new ArrayList<>();
          before.add(new MacroOptions(runs.context.service(ConvertService.class)));
          before.addAll(
              runs.context
                  .service(PluginService.class)
                  .createInstancesOfType(PreprocessorPlugin.class));
          new ModuleRunner(runs.context, module, before, List.of()).run();
        };
    Thread thread =
        new Thread(
            () ->
                new Interpreter().run("call('" + MacroRunTest.class.getName() + ".insideMacro');"));
    thread.start();
    thread.join();
    return module;
  }

  /** Whether a dialog or macro gives it; the others SciJava fills in. */
  private static boolean isAsked(ModuleItem<?> item) {
    return !Service.class.isAssignableFrom(item.getType()) && item.getType() != Context.class;
  }

  @Test
  void whatIsLeftOutTakesItsDefault() throws Exception {
    Module module = macro("model=[" + CommandRuns.MODEL + "] length=2 prompt=[What is it?]");
    ShowAttention command = (ShowAttention) module.getDelegateObject();
    assertFalse(command.isCanceled(), command.getCancelReason());
    for (ModuleItem<?> item : module.getInfo().inputs()) {
      assertTrue(!isAsked(item) || module.isInputResolved(item.getName()), item.getName());
    }
    assertEquals("language", module.getInput("method"));
    assertEquals("What is it?", module.getInput("prompt"));
    assertNull(module.getInput("output"));
    assertEquals(2, ((ImagePlus) module.getOutput("heatmaps")).getStackSize());
  }

  @Test
  void defaultsAreTakenBeforeTheHarvestersThatWouldAsk() {
    List<String> order =
        runs
            .context
            .service(PluginService.class)
            .getPluginsOfType(PreprocessorPlugin.class)
            .stream()
            .map(info -> info.getClassName().replaceAll(".*\\.", ""))
            .toList();
    int init = order.indexOf("MacroDefaults");
    assertTrue(init >= 0 && init < order.indexOf("LoadInputsPreprocessor"), order.toString());
    assertTrue(init < order.indexOf("FilePreprocessor"), order.toString());
    assertTrue(init < order.indexOf("CheckInputsPreprocessor"), order.toString());
  }

  @Test
  void aWrongOptionIsOneSentence() throws Exception {
    try (Printed printed = new Printed()) {
      String options = "failure=continue model=[" + CommandRuns.MODEL + "] first=maybe prompt=[?]";
      Module module = macro(options);
      assertTrue(((ShowAttention) module.getDelegateObject()).isCanceled());
      assertNull(module.getOutput("heatmaps"));
      assertEquals("Expected first to be drop or keep, found 'maybe'.", LastRun.error());
      assertEquals("", printed.text());
    }
  }

  @Test
  void keysSuitTheMacroLanguage() {
    List<String> keys = new ArrayList<>();
    for (ModuleItem<?> item : runs.info().inputs()) {
      if (isAsked(item)) {
        assertFalse(item.isPersisted(), item.getName() + " persists");
        assertTrue(item.getName().matches("[a-z]+"), item.getName());
        keys.add(item.getName());
      }
    }
    for (String key : keys) {
      assertTrue(
          keys.stream().noneMatch(k -> !k.equals(key) && k.endsWith(key)), key + " ends another");
    }
    assertEquals("prompt", keys.get(keys.size() - 1));
    String options = "length=7 plot model=[a b] prompt=[say length=99 now]";
    assertEquals("7", Macro.getValue(options, "length", null));
    assertEquals("say length=99 now", Macro.getValue(options, "prompt", null));
    assertEquals("a b", Macro.getValue(options, "model", null));
  }
}
