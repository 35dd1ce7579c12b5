package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.imagej.MacroJob.Image;
import org.vlmvisualizer.imagej.MacroJob.Left;

/** Macros with a mistake in them: one sentence, and nothing after it is run. */
class MacroFailureTest {
  private static final String PAGE = FijiProcess.PAGE.toString();
  private static final String CELLS = PAGE.replace("page.png", "cells.png");

  /** Options to words of the sentence that refuses them. */
  private static final Map<String, String> REFUSED = new LinkedHashMap<>();

  static {
    REFUSED.put("length=0 prompt=[Why?]", "a length of 1 to");
    REFUSED.put("length=abc prompt=[Why?]", "length to be a whole number, found 'abc'");
    REFUSED.put(
        "lenght=3 prompt=[Why?]", "Found the option 'lenght', expected one of failure, model");
    REFUSED.put("length=3 prompt=Why is it?", "Found the option 'is'");
    REFUSED.put("length=3 prompt=[Why ] this?]", "as many [ as ]");
    REFUSED.put("length=3 prompt=[Why [ this?]", "as many [ as ]");
    REFUSED.put("length=3 plot=maybe prompt=[Why?]", "plot to be true or false, found 'maybe'");
    REFUSED.put("length=3 fit=pad fit=crop prompt=[Why?]", "'fit' once, found it twice");
    REFUSED.put("model=[/no/such/folder] prompt=[Why?]", "/no/such/folder");
    REFUSED.put("length=3 prompt=[]", "question");
    REFUSED.put("length=3 prompt", "a value for the option prompt");
    REFUSED.put("failure=perhaps prompt=[Why?]", "failure to be stop or continue");
  }

  private static final String ASK = "run('Show Attention...', 'length=2 prompt=[Why?]');\n";
  private static final String OUTSIDE = "makeRectangle(900, 900, 5, 5);\n";

  /** A picture of the same size. */
  private static final String OTHER =
      "selectImage('page.png');\nrun('Duplicate...', 'title=other.png');\nrun('Invert');\n"
          + "makeOval(9, 9, 50, 50);\n";

  /** Macros about an open page to words of the sentence that ends them. */
  private static final Map<String, String> ENDED = new LinkedHashMap<>();

  static {
    ENDED.put(OUTSIDE + ASK, "a selection on the image (480 x 360)");
    ENDED.put(ASK + "run('Attention in ROIs...', 'source=manager');\n", "ROI");
    ENDED.put(ASK + "run('Attention in ROIs...', 'source=selection');\n", "selection");
    ENDED.put(
        ASK + OTHER + "run('Attention in ROIs...', 'source=selection');\n",
        "found other.png, which was not asked about");
    ENDED.put(
        ASK + OTHER + "run('VLM Token Explorer', 'report=[never.html]');\n",
        "found other.png, which was not asked about");
    ENDED.put(
        ASK + "selectImage('page.png');\nclose();\n" + ASK,
        "a result about page.png, which is not open any more");
    ENDED.put("run('VLM Token Explorer', 'folder=[/no/such/folder]');\n", "/no/such/folder");
    ENDED.put("run('Attention in ROIs...', 'folder=[/no/such/folder]');\n", "/no/such/folder");
  }

  @TempDir Path folder;

  private Map<String, Left> run(VirtualDisplay display) throws Exception {
    MacroRuns runs = new MacroRuns(folder);
    String open = "open('" + PAGE + "');\n";
    for (String options : REFUSED.keySet()) {
      runs.add(
          options, "", open + "run('Show Attention...', '" + options + "');\nprint('went on');");
    }
    for (String macro : ENDED.keySet()) {
      runs.add(macro, "", open + macro + "print('went on');");
    }
    runs.add("no image", "", "run('Show Attention...', 'length=3 prompt=[Why?]');");
    runs.add(
        "afterwards",
        "",
        "print(call('org.vlmvisualizer.command.LastRun.error'));\n"
            + open
            + "run('Show Attention...', 'length=3 prompt=[Why?]');\n"
            + "print('[' + call('org.vlmvisualizer.command.LastRun.error') + ']');\n");
    runs.add("batch", "", "setBatchMode(true);\n" + open + hidden());
    runs.add("batch over a window", "", open + "setBatchMode(true);\n" + hidden());
    return runs.run(display);
  }

  /** Asks about an image that has no window, twice on what may be the same thread. */
  private static String hidden() {
    String ask = "run('Show Attention...', 'length=2 plot=false montage=false prompt=[Why?]');\n";
    return "open('"
        + CELLS
        + "');\n"
        + ask
        + "print(getTitle());\n"
        + "selectImage('page.png');\n"
        + ask
        + "print(getTitle());\n";
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Map<String, Left> all = run(display);
      for (Left left : refused(all)) {
        assertEquals(1, left.dialogs().size(), left.toString());
        assertEquals("", left.log());
        assertEquals("", left.printed());
        check(left, left.dialogs().get(0));
        assertEquals(Map.of(), left.tables());
        List<String> titles = left.images().stream().map(Image::title).toList();
        assertEquals(left.name().equals("no image") ? List.of() : List.of("page.png"), titles);
      }
      for (String macro : ENDED.keySet()) {
        assertEquals(1, all.get(macro).dialogs().size(), macro);
        check(all.get(macro), all.get(macro).dialogs().get(0));
      }
      checkOthers(all);
    }
  }

  @Test
  void headless() throws Exception {
    Map<String, Left> all = run(null);
    for (Left left : refused(all)) {
      check(left, left.printed());
      assertEquals(Map.of(), left.tables());
    }
    for (String macro : ENDED.keySet()) {
      check(all.get(macro), all.get(macro).printed());
    }
    checkOthers(all);
  }

  private static List<Left> refused(Map<String, Left> all) {
    return all.values().stream()
        .filter(left -> REFUSED.containsKey(left.name()) || left.name().equals("no image"))
        .toList();
  }

  /**
   * @param told what the user gets to see: "Macro Error: sentence in line 2", then the line
   */
  private static void check(Left left, String told) {
    // ImageJ's box does not wrap, so the sentence has line breaks in it.
    String sentence = told.replaceAll("(?s)^Macro Error: (.*?) in line \\d.*", "$1");
    sentence = told.startsWith("Macro Error") ? sentence.replace('\n', ' ') : sentence;
    PlainSentence.check(sentence);
    String words = REFUSED.getOrDefault(left.name(), "Open an image");
    assertTrue(sentence.contains(ENDED.getOrDefault(left.name(), words)), told);
    assertFalse((left.log() + left.printed()).contains("went on"), told);
  }

  private static void checkOthers(Map<String, Left> all) {
    String[] lines = said(all.get("afterwards")).split("\n");
    assertTrue(lines[0].contains("Open an image"), lines[0]);
    assertEquals("[]", lines[1]);
    for (String name : List.of("batch", "batch over a window")) {
      assertEquals("Attention of cells.png\nAttention of page.png", said(all.get(name)), name);
    }
  }

  private static String said(Left left) {
    return (left.log() + left.printed()).strip();
  }
}
