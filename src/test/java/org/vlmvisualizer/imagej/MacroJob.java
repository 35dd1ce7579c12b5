package org.vlmvisualizer.imagej;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.reflect.TypeToken;
import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.ImageWindow;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.text.TextWindow;
import java.awt.Frame;
import java.awt.GraphicsEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs macro files one after the other and reports what each left behind. */
final class MacroJob implements FijiMain.Job {
  private static final Gson GSON = new GsonBuilder().serializeSpecialFloatingPointValues().create();

  /** A macro file, and what getArgument() gives it. */
  record Macro(String name, String file, String argument) {}

  /** An open image. */
  record Image(
      String title, int width, int height, int channels, int slices, int frames, int bits) {}

  /** A table: the cells as text, [row][column]. */
  record Table(List<String> columns, List<List<String>> rows) {}

  /**
   * What a macro left.
   *
   * @param result what it returned; "[aborted]" if it was
   * @param dialogs the texts of all dialogs that opened; each was closed at once
   * @param printed on standard output and standard error
   * @param log the text of the Log window
   */
  record Left(
      String name,
      String result,
      List<Image> images,
      String active,
      Map<String, Table> tables,
      List<String> dialogs,
      String log,
      String printed) {}

  static void write(Path file, List<Macro> macros) throws Exception {
    Files.writeString(file, GSON.toJson(macros));
  }

  static Map<String, Left> read(Path file) throws Exception {
    List<Left> all =
        GSON.fromJson(Files.readString(file), new TypeToken<List<Left>>() {}.getType());
    Map<String, Left> byName = new LinkedHashMap<>();
    all.forEach(left -> byName.put(left.name(), left));
    return byName;
  }

  @Override
  public void run(FijiLike fiji, List<String> arguments) throws Exception {
    List<Macro> macros =
        GSON.fromJson(
            Files.readString(Path.of(arguments.get(0))), new TypeToken<List<Macro>>() {}.getType());
    List<Left> all = new ArrayList<>();
    DialogWatch watch = new DialogWatch();
    for (Macro macro : macros) {
      all.add(run(macro, watch));
      reset();
    }
    Files.writeString(Path.of(arguments.get(1)), GSON.toJson(all));
  }

  private static Left run(Macro macro, DialogWatch watch) throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    String[] result = {null};
    try {
      Thread thread =
          new Thread(() -> result[0] = IJ.runMacroFile(macro.file(), macro.argument()), "Macro$");
      thread.start();
      thread.join();
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    ImagePlus active = WindowManager.getCurrentImage();
    return new Left(
        macro.name(),
        result[0],
        images(),
        active == null ? null : active.getTitle(),
        tables(),
        watch.take(),
        IJ.getLog() == null ? "" : IJ.getLog(),
        bytes.toString(StandardCharsets.UTF_8));
  }

  private static List<Image> images() {
    List<Image> images = new ArrayList<>();
    int[] ids = WindowManager.getIDList();
    for (int id : ids == null ? new int[0] : ids) {
      ImagePlus image = WindowManager.getImage(id);
      images.add(
          new Image(
              image.getTitle(),
              image.getWidth(),
              image.getHeight(),
              image.getNChannels(),
              image.getNSlices(),
              image.getNFrames(),
              image.getBitDepth()));
    }
    return images;
  }

  private static Map<String, Table> tables() {
    Map<String, Table> tables = new LinkedHashMap<>();
    if (Analyzer.getResultsTable().size() > 0) {
      tables.put("Results", table(Analyzer.getResultsTable()));
    }
    for (Frame frame : frames()) {
      if (frame instanceof TextWindow window && window.getResultsTable() != null) {
        tables.put(window.getTitle(), table(window.getResultsTable()));
      }
    }
    return tables;
  }

  private static Frame[] frames() {
    Frame[] frames = WindowManager.getNonImageWindows();
    return frames == null || GraphicsEnvironment.isHeadless() ? new Frame[0] : frames;
  }

  private static Table table(ResultsTable table) {
    List<String> columns = List.of(table.getHeadings());
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < table.size(); row++) {
      List<String> cells = new ArrayList<>();
      for (String column : columns) {
        cells.add(column.isEmpty() ? "" : table.getStringValue(column, row));
      }
      rows.add(cells);
    }
    return new Table(columns, rows);
  }

  /** As after a start. */
  private static void reset() throws InterruptedException {
    int[] ids = WindowManager.getIDList();
    for (int id : ids == null ? new int[0] : ids) {
      ImagePlus image = WindowManager.getImage(id);
      image.changes = false;
      image.close();
      Interpreter.removeBatchModeImage(image);
    }
    WindowManager.setTempCurrentImage(null);
    Interpreter.batchMode = GraphicsEnvironment.isHeadless();
    Analyzer.setResultsTable(new ResultsTable());
    for (Frame frame : frames()) {
      if (frame instanceof TextWindow window) {
        window.close(false);
      } else if (frame != IJ.getInstance() && !(frame instanceof ImageWindow)) {
        WindowManager.removeWindow(frame);
        frame.dispose();
      }
    }
    Thread.sleep(50);
  }
}
